package io.freeport.junit5;

import io.freeport.testing.ArchitectureContract;
import io.freeport.testing.ProjectModule;
import java.util.Map;
import java.util.Set;

class ArchitectureTest extends ArchitectureContract {

  private static final String REGISTERS = "an annotation registers the extension that reads it";

  ArchitectureTest() {
    super(ProjectModule.JUNIT5, FreePort.class);
  }

  @Override
  protected Map<String, Set<String>> publicTypes() {
    return Map.of(
        "io.freeport.junit5",
        Set.of(
            "FreePort",
            "PortScope",
            "FreePortExtension",
            "FixedPortLocks",
            "HeldPortFactory",
            "RequiresDocker"));
  }

  @Override
  protected Map<String, String> packageArrows() {
    return Map.of(
        "io.freeport.junit5.internal -> io.freeport.junit5",
        "a listener looks for the annotation where no extension sees it");
  }

  @Override
  protected Map<String, String> classArrows() {
    return Map.of(
        "io.freeport.junit5.FreePort -> io.freeport.junit5.FreePortInjection", REGISTERS,
        "io.freeport.junit5.FreePort -> io.freeport.junit5.ConflictExplanation", REGISTERS);
  }
}
