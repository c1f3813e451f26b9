package io.freeport.cli.ports;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.docker.reaper.ReapPlan;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;
import io.freeport.docker.reaper.ReapPlan.Life;
import io.freeport.docker.reaper.ReapReport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReapCommandTest {

  private static Finding finding(String id, boolean remove) {
    return new Finding(
        Kind.VOLUME, id, id, "owner", Duration.ZERO, Set.of(), Life.DEAD, remove, "it is a test");
  }

  /** What others did with the same leftovers, or made of them, is not this reaper's. */
  @Test
  void saysRemovedOfWhatItRemovedOnly() {
    Finding ofLiving = finding("living", false);
    Finding removed = finding("removed", true);
    Finding spared = finding("spared", true);
    Finding left = finding("left", true);
    Finding gone = finding("gone", true);
    List<Finding> all = List.of(ofLiving, removed, spared, left, gone);
    ReapReport report =
        new ReapReport(
            new ReapPlan(all, Optional.empty()),
            List.of(removed),
            List.of(spared),
            List.of(left),
            Optional.empty(),
            Duration.ZERO);
    assertThat(all)
        .extracting(finding -> ReapCommand.outcome(finding, report))
        .containsExactly("keep", "removed", "keep", "left", "gone");
  }
}
