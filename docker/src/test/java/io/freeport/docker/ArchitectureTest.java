package io.freeport.docker;

import io.freeport.testing.ArchitectureContract;
import io.freeport.testing.ProjectModule;
import java.util.Map;
import java.util.Set;

class ArchitectureTest extends ArchitectureContract {

  ArchitectureTest() {
    super(ProjectModule.DOCKER, ContainerLauncher.class);
  }

  @Override
  protected Map<String, Set<String>> publicTypes() {
    return Map.of(
        "io.freeport.docker", Set.of("BuildContainer", "ContainerLauncher", "LaunchedContainer"),
        "io.freeport.docker.reaper",
            Set.of(
                "Reaper",
                "ReapPlan",
                "ReapProgress",
                "ReapReport",
                // for ServiceLoader only, and hidden from the Javadoc
                "ReapBeforeTests",
                "StalePortReclaimer"));
  }
}
