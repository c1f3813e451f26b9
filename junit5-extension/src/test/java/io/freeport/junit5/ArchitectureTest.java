package io.freeport.junit5;

import io.freeport.testing.ArchitectureContract;
import io.freeport.testing.ProjectModule;
import java.util.Map;
import java.util.Set;

class ArchitectureTest extends ArchitectureContract {

  ArchitectureTest() {
    super(ProjectModule.JUNIT5, FreePort.class);
  }

  @Override
  protected Map<String, Set<String>> publicTypes() {
    return Map.of();
  }

  @Override
  protected Set<String> packagesWithCycles() {
    return Set.of("io.freeport.junit5");
  }
}
