package io.freeport.docker.internal;

import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The settings under {@code freeport.container}, and others that starts of containers need. */
public final class ContainerSettings {

  private static final String ALL_ADDRESSES = "*";

  private enum LabelMode {
    ON,
    OFF
  }

  private final Settings settings;

  ContainerSettings(Settings settings) {
    this.settings = settings;
  }

  /** Returns the mode that is forced; {@link EngineMode#AUTO} if none is. */
  public EngineMode mode() {
    return settings.choice(SettingKeys.CONTAINER_HANDOFF, EngineMode.AUTO);
  }

  /** Returns the address to publish on, empty for all; null if none is configured. */
  @Nullable String address() {
    String address = settings.get(SettingKeys.CONTAINER_ADDRESS);
    return ALL_ADDRESSES.equals(address) ? "" : address;
  }

  /** Returns how long the engine may take to answer one command. */
  public Duration timeout() {
    return settings.get(SettingKeys.CONTAINER_TIMEOUT);
  }

  /** Returns how often a start is made again with other numbers. */
  int retries() {
    return settings.get(SettingKeys.RETRIES);
  }

  public boolean labels() {
    return settings.choice(SettingKeys.LABELS, LabelMode.ON) == LabelMode.ON;
  }
}
