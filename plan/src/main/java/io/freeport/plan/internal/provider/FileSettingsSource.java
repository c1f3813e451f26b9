package io.freeport.plan.internal.provider;

import io.freeport.internal.settings.Settings;
import io.freeport.plan.internal.file.PlanFileSettings;
import io.freeport.plan.internal.file.PlanLoader;
import io.freeport.plan.internal.file.PlanOverrides;
import io.freeport.spi.SettingsSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings in the {@code freeport.yaml} of the directory in which this JVM runs. They depend on
 * other sources, which name the environment. The files are read again when those change, and as
 * long as they have a mistake, so that every reader hears of it.
 */
public final class FileSettingsSource implements SettingsSource {

  private record Reading(PlanOverrides overrides, PlanFileSettings settings) {}

  private volatile @Nullable Reading last;

  /** Creates the source, for {@link java.util.ServiceLoader}. */
  public FileSettingsSource() {}

  @Override
  public SettingsSource after(List<SettingsSource> higher) {
    Settings settings = Settings.of(higher);
    PlanOverrides overrides = PlanOverrides.of(settings);
    Reading reading = last;
    if (reading == null || !reading.overrides.equals(overrides)) {
      reading = new Reading(overrides, new PlanLoader(settings).load(Path.of("")).fileSettings());
      last = reading;
    }
    return reading.settings;
  }

  @Override
  public int rank() {
    return PlanFileSettings.RANK;
  }

  /** The files say nothing without the other sources. */
  @Override
  public Set<String> keys() {
    return Set.of();
  }

  @Override
  public @Nullable String get(String key) {
    return null;
  }

  @Override
  public String origin(String key) {
    return "freeport.yaml";
  }
}
