package io.freeport.plan.internal.provider;

import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortPlan;
import io.freeport.spi.NamedPorts;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Gives tests the ports of the plan of the directory in which this JVM runs. */
public final class PlannedPortsProvider implements NamedPorts.Provider {

  // Guarded by this.
  private @Nullable PortPlan plan;

  /** For {@link java.util.ServiceLoader}. */
  public PlannedPortsProvider() {}

  @Override
  public Class<PortAssignments> type() {
    return PortAssignments.class;
  }

  /** A plan with a mistake is read again each time, so that each test tells of it. */
  @Override
  public synchronized NamedPorts open(String usedBy) {
    PortPlan loaded = plan;
    if (loaded == null) {
      loaded = PortPlan.load(Path.of(""));
      plan = loaded;
    }
    return loaded.open(usedBy);
  }
}
