package io.freeport.plan;

import io.freeport.testing.ArchitectureContract;
import io.freeport.testing.ProjectModule;
import java.util.Map;
import java.util.Set;

class ArchitectureTest extends ArchitectureContract {

  ArchitectureTest() {
    super(ProjectModule.PLAN, PortPlan.class);
  }

  @Override
  protected Map<String, Set<String>> publicTypes() {
    return Map.of(
        "io.freeport.plan",
        Set.of(
            "Assignment",
            "AssignmentTier",
            "ConflictStrategy",
            "PlanEvent",
            "PlanException",
            "PlanListener",
            "PortAssignments",
            "PortConflictException",
            "PortPlan",
            "PortService"),
        "io.freeport.plan.health",
        Set.of("Health", "HealthCheck", "HealthEvent", "HealthMonitor", "ServiceHealth"),
        "io.freeport.plan.http",
        Set.of("PortsClient", "PortsServer"));
  }

  @Override
  protected Map<String, String> packageArrows() {
    return Map.of(
        "io.freeport.plan.internal.file -> io.freeport.plan",
        "Reading a file results in the services that users see.");
  }

  @Override
  protected Map<String, String> internalsInSignatures() {
    return Map.of(
        "io.freeport.plan.PortPlan.of(io.freeport.plan.internal.file.LoadedPlan)",
        "The command line passes its settings to the loader.",
        "io.freeport.plan.PortPlan.loaded()",
        "The command line shows where values are written.");
  }
}
