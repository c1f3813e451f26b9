package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.docker.reaper.ReapPlan;
import io.freeport.docker.reaper.ReapPlan.Life;
import io.freeport.docker.reaper.ReapReport;
import io.freeport.docker.reaper.Reaper;
import io.freeport.junit5.RequiresDocker;
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
