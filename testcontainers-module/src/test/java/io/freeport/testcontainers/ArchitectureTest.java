package io.freeport.testcontainers;

import io.freeport.testing.ArchitectureContract;
import io.freeport.testing.ProjectModule;
import java.util.Map;
import java.util.Set;

class ArchitectureTest extends ArchitectureContract {

  ArchitectureTest() {
    super(ProjectModule.TESTCONTAINERS, ContainerPorts.class);
  }

  @Override
  protected Map<String, Set<String>> publicTypes() {
    return Map.of(
        "io.freeport.testcontainers",
        Set.of("ComposeLauncher", "ContainerPorts", "LaunchedCompose"));
  }
}
