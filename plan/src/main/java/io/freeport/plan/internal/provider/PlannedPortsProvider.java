package io.freeport.plan.internal.provider;

import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortPlan;
import io.freeport.plan.internal.file.PlanLoader;
import io.freeport.plan.internal.file.PlanOverrides;
import io.freeport.spi.NamedPorts;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Gives tests the ports of the plan of the directory in which this JVM runs. */
public final class PlannedPortsProvider implements NamedPorts.Provider {

  private record Reading(PlanOverrides overrides, Map<String, String> values, PortPlan plan) {}

  // Guarded by this.
  private @Nullable Reading last;

  /** Creates the provider, for {@link java.util.ServiceLoader}. */
  public PlannedPortsProvider() {}

  @Override
  public Class<PortAssignments> type() {
    return PortAssignments.class;
  }

  /** Reads a plan with a mistake again each time, so that each test reports it. */
  @Override
  public synchronized NamedPorts open(String usedBy) {
    PlanLoader loader = PlanLoader.ofThisJvm();
    Settings settings = loader.settings();
    PlanOverrides overrides = PlanOverrides.of(settings);
    Map<String, String> values = values(settings);
    Reading reading = last;
    if (reading == null || !reading.overrides.equals(overrides) || !reading.values.equals(values)) {
      PortPlan plan = PortPlan.of(loader.load(Path.of("")));
      reading = new Reading(overrides, values, plan);
      last = reading;
    }
    return reading.plan.open(usedBy);
  }

  /** A later session of JUnit in this JVM may have other settings. */
  private static Map<String, String> values(Settings settings) {
    Map<String, String> values = new TreeMap<>();
    for (String key : Settings.keys()) {
      String value = settings.text(key);
      if (value != null) {
        values.put(key, value);
      }
    }
    return values;
  }
}
