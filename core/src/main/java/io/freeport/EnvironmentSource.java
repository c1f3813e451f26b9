package io.freeport;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The environment, in which keys are written in capitals and with underscores. */
record EnvironmentSource(Map<String, String> environment) implements SettingsSource {

  private static final String PREFIX = "FREEPORT_";

  @Override
  public int rank() {
    return ENVIRONMENT;
  }

  @Override
  public Set<String> keys() {
    return environment.keySet().stream()
        .filter(variable -> variable.startsWith(PREFIX))
        .map(variable -> variable.toLowerCase(Locale.ROOT).replace('_', '.'))
        .collect(Collectors.toSet());
  }

  @Override
  public @Nullable String get(String key) {
    return environment.get(variable(key));
  }

  @Override
  public String origin(String key) {
    return "environment variable " + variable(key);
  }

  private static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_');
  }
}
