package io.freeport.cli;

import io.freeport.testing.ArchitectureContract;
import io.freeport.testing.ProjectModule;
import java.util.Map;
import java.util.Set;

class ArchitectureTest extends ArchitectureContract {

  ArchitectureTest() {
    super(ProjectModule.CLI, Main.class);
  }

  @Override
  protected Map<String, Set<String>> publicTypes() {
    return Map.of("io.freeport.cli", Set.of("Main"));
  }

  /** The command line is an application: nobody compiles against it. */
  @Override
  protected boolean isOnlyForThisModule(String packageName) {
    return !packageName.equals("io.freeport.cli");
  }
}
