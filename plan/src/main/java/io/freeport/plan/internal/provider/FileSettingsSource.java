package io.freeport.plan.internal.provider;

import io.freeport.plan.internal.file.PlanFileSettings;
import io.freeport.plan.internal.file.PlanLoader;
import io.freeport.spi.SettingsSource;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the {@code freeport.yaml} of the directory in which this JVM runs, for everybody
 * who reads settings. It is read once; one with a mistake is read again each time, so that
 * everybody is told.
 */
public final class FileSettingsSource implements SettingsSource {

  private volatile @Nullable PlanFileSettings settings;

  /** For {@link java.util.ServiceLoader}. */
  public FileSettingsSource() {}

  private PlanFileSettings settings() {
    PlanFileSettings read = settings;
    if (read == null) {
      read = PlanLoader.ofThisJvm().load(Path.of("")).settings();
      settings = read;
    }
    return read;
  }

  @Override
  public int rank() {
    return PlanFileSettings.NONE.rank();
  }

  @Override
  public Set<String> keys() {
    return settings().keys();
  }

  @Override
  public @Nullable String get(String key) {
    return settings().get(key);
  }

  @Override
  public String origin(String key) {
    return settings().origin(key);
  }
}
