package io.freeport.internal.settings;

import io.freeport.spi.SettingsSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables, spelled by {@link EnvironmentNames}. Other programs have variables of
 * the same form; those that are about a service are left out.
 */
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
        String key = EnvironmentNames.key(variable);
        if (SettingKeys.isKnown(key)
            ? !isOfAServicePort(key, variable)
            : !EnvironmentNames.isOfAService(variable)) {
          keys.add(key);
        }
      }
    }
    return keys;
  }

  @Override
  public boolean isStrict() {
    return false;
  }

  @Override
  public @Nullable String get(String key) {
    String variable = EnvironmentNames.variable(key);
    String value = environment.get(variable);
    return value == null || isOfAServicePort(key, variable) ? null : value;
  }

  /** Of the keys, only the names of ports can look like this. */
  private static boolean isOfAServicePort(String key, String variable) {
    return key.startsWith(SettingKeys.PORT) && EnvironmentNames.isOfAServicePort(variable);
  }

  @Override
  public String origin(String key) {
    return "environment variable " + EnvironmentNames.variable(key);
  }
}
