package io.freeport.junit5;

import io.freeport.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void keepsTheRules() {
    Architecture.check("io.freeport.junit5", "io.freeport");
  }
}
