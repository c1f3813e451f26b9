package io.freeport.plan;

import io.freeport.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void keepsTheRules() {
    Architecture.check("io.freeport.plan", "io.freeport");
  }
}
