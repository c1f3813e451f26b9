package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.OwnerVerdict.Life;
import io.freeport.testcontainers.ReapPlan;
import io.freeport.testcontainers.ReapReport;
import io.freeport.testcontainers.Reaper;
import io.freeport.testcontainers.RequiresDocker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.Network;

/** The reaper runs by itself; this is how to have it run at another time. */
@RequiresDocker
class LeftoversTest {

  @Test
  void whatWouldBeRemoved() {
    ReapPlan plan = Reaper.create().plan();
    plan.findings().forEach(finding -> System.out.println(finding));

    assertThat(plan.toRemove()).allMatch(finding -> finding.life() == Life.DEAD);
  }

  @Test
  void removesIt() {
    ReapReport report = Reaper.create().timeLimit(Duration.ofMinutes(1)).reap();

    assertThat(report.problem()).isEmpty();
  }

  @Test
  void aNetworkThatGoesWithThisJvm() {
    try (Network network =
        Network.builder()
            .createNetworkCmdModifier(cmd -> cmd.withLabels(Reaper.labels()))
            .build()) {
      assertThat(network.getId()).isNotEmpty();
    }
  }
}
