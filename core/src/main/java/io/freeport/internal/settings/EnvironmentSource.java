package io.freeport.internal.settings;

import io.freeport.spi.SettingsSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The environment variables, spelled by {@link EnvironmentNames}. */
public record EnvironmentSource(Map<String, String> environment) implements SettingsSource {

  private static final String PREFIX = "FREEPORT_";

  @Override
  public int rank() {
    return ENVIRONMENT;
  }

  @Override
  public Set<String> keys() {
    Set<String> keys = new HashSet<>();
    for (String variable : environment.keySet()) {
      if (variable.startsWith(PREFIX)) {
        keys.add(EnvironmentNames.key(variable));
      }
    }
    return keys;
  }

  @Override
  public @Nullable String get(String key) {
    return environment.get(EnvironmentNames.variable(key));
  }

  @Override
  public String origin(String key) {
    return "environment variable " + EnvironmentNames.variable(key);
  }
}
