package io.freeport.testcontainers;

import io.freeport.SettingsSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.TestPlan;

/**
 * JUnit's configuration parameters, of a plan that is about to start: the reaper may run before
 * whoever makes them known to all of the JVM.
 */
record PlanSettings(TestPlan plan) implements SettingsSource {

  @Override
  public int rank() {
    return SYSTEM_PROPERTIES + 100;
  }

  @Override
  public Set<String> keys() {
    return Set.copyOf(plan.getConfigurationParameters().keySet());
  }

  /** JUnit looks among the system properties, too; those are left to the source for them. */
  @Override
  public @Nullable String get(String key) {
    return plan.getConfigurationParameters()
        .get(key)
        .filter(value -> !value.equals(System.getProperty(key)))
        .orElse(null);
  }

  @Override
  public String origin(String key) {
    return "JUnit configuration parameter";
  }
}
