package io.freeport.junit5.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class UnreadPlanTest {

  @TempDir Path repository;

  /** This module has no freeport-plan. */
  @Test
  void aWarningComesOnceBeforeTheTests() throws Exception {
    Path module = Files.createDirectory(repository.resolve("module"));
    Files.writeString(repository.resolve("freeport.yaml"), "services: {}"); // for other modules
    for (boolean isThere : new boolean[] {false, true}) {
      if (isThere) {
        Files.writeString(module.resolve("freeport.yaml"), "services: {}");
      }
      try (ChildJvm suites =
          ChildJvm.start(
              Map.of(),
              List.of("/usr/bin/env", "-C", module.toString()),
              List.of(),
              ChildJvm.classPath(),
              TwoPlans.class)) {
        assertThat(suites.readToEnd())
            .filteredOn(line -> line.contains("freeport.yaml"))
            .isEqualTo(
                isThere
                    ? List.of(
                        "warned: "
                            + UnreadPlan.warning(module.toRealPath().resolve("freeport.yaml")))
                    : List.of());
      }
    }
  }

  static final class TwoPlans {
    private TwoPlans() {}

    public static void main(String[] args) {
      try (io.freeport.testing.Warnings warnings = io.freeport.testing.Warnings.record()) {
        for (int i = 0; i < 2; i++) {
          LauncherFactory.create()
              .execute(
                  LauncherDiscoveryRequestBuilder.request()
                      .selectors(DiscoverySelectors.selectClass(Fixture.class))
                      .build());
        }
        warnings.messages().forEach(message -> System.out.println("warned: " + message));
      }
    }
  }

  static final class Fixture {
    @Test
    void test(@io.freeport.junit5.FreePort HeldPort port) {
      assertThat(port.number()).isPositive();
    }
  }
}
