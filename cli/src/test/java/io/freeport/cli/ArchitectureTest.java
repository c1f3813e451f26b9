package io.freeport.cli;

import io.freeport.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void keepsTheRules() {
    Architecture.check("io.freeport.cli", "io.freeport", "io.freeport.plan", "io.freeport.docker");
  }
}
