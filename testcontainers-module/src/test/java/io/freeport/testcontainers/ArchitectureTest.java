package io.freeport.testcontainers;

import io.freeport.testing.Architecture;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void keepsTheRules() {
    Architecture.check(
        "io.freeport.testcontainers", "io.freeport", "io.freeport.docker", "io.freeport.junit5");
  }
}
