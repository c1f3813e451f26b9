package io.freeport.junit5.internal;

import io.freeport.spi.SettingsSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.launcher.TestPlan;

/**
 * JUnit's configuration parameters as settings. They take precedence over system properties.
 *
 * @param keys the known keys
 * @param values JUnit's lookup, which includes system properties
 */
public record JUnitParameters(Set<String> keys, Function<String, Optional<String>> values)
    implements SettingsSource {

  static final int RANK = SYSTEM_PROPERTIES + 100;

  /** Returns the parameters of a run. A context does not tell which keys there are. */
  public static JUnitParameters of(ExtensionContext context) {
    return new JUnitParameters(Set.of(), context::getConfigurationParameter);
  }

  static JUnitParameters of(TestPlan plan) {
    Set<String> keys = new HashSet<>();
    JUnitParameters parameters = new JUnitParameters(keys, plan.getConfigurationParameters()::get);
    for (String key : plan.getConfigurationParameters().keySet()) {
      if (key.startsWith("freeport.") && parameters.get(key) != null) {
        keys.add(key);
      }
    }
    return parameters;
  }

  @Override
  public int rank() {
    return RANK;
  }

  /** Leaves what JUnit took from a system property to the source of those. */
  @Override
  public @Nullable String get(String key) {
    String value = values.apply(key).orElse(null);
    return value == null || value.equals(System.getProperty(key)) ? null : value;
  }

  @Override
  public String origin(String key) {
    return "JUnit configuration parameter";
  }
}
