package io.freeport.junit5;

import io.freeport.spi.SettingsSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.launcher.TestPlan;

/**
 * JUnit's configuration parameters.
 *
 * @param keys those that are known
 * @param values JUnit's way of looking them up, which includes system properties
 */
record JUnitSettings(Set<String> keys, Function<String, Optional<String>> values)
    implements SettingsSource {

  /** JUnit does not tell a context which keys there are. */
  static JUnitSettings of(ExtensionContext context) {
    return new JUnitSettings(Set.of(), context::getConfigurationParameter);
  }

  static JUnitSettings of(TestPlan plan) {
    Set<String> keys = new HashSet<>(plan.getConfigurationParameters().keySet());
    keys.removeAll(System.getProperties().stringPropertyNames());
    return new JUnitSettings(keys, plan.getConfigurationParameters()::get);
  }

  @Override
  public int rank() {
    return SYSTEM_PROPERTIES + 100;
  }

  /** What JUnit has from a system property is left to the source for those. */
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
