package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.freeport.docker.testing.TestHost;
import io.freeport.junit5.RequiresDocker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Takes half a minute; with {@code -Dsoak.minutes=10} it takes as long. */
@RequiresDocker
class SoakTest {

  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void theDeadLeaveNothingAndTheLivingLoseNothing() throws Exception {
    Soak.Counts counts = Soak.run(length(), System.nanoTime());
    System.out.println("Soak: " + counts);
    assertNothingIsLostOrLeft(counts);
    assertThat(counts.containers()).as("%s", counts).isPositive();
    assertThat(counts.volumes()).as("%s", counts).isGreaterThanOrEqualTo(counts.containers());
  }

  /** Takes a minute longer: so long the lease of a dead JVM must have ended. */
  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void ofTwoHosts(@TempDir Path folder) throws Exception {
    assumeThat(TestHost.canBeMade()).as("pid namespaces can be made, as only root can").isTrue();
    Soak.Counts counts = Soak.runOnTwoHosts(length(), folder, true, System.nanoTime());
    System.out.println("Soak of two hosts: " + counts);
    assertNothingIsLostOrLeft(counts);
  }

  /** The control. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void ofTwoHostsWithoutLeases(@TempDir Path folder) throws Exception {
    assumeThat(TestHost.canBeMade()).as("pid namespaces can be made, as only root can").isTrue();
    Soak.Counts counts =
        Soak.runOnTwoHosts(Duration.ofSeconds(10), folder, false, System.nanoTime());
    System.out.println("Soak of two hosts without leases: " + counts);
    assertThat(counts.lost()).as("%s", counts).isEmpty();
    assertThat(counts.leftAtTheEnd()).as("%s", counts).isPositive();
  }

  private static void assertNothingIsLostOrLeft(Soak.Counts counts) {
    assertThat(counts.lost()).as("%s", counts).isEmpty();
    assertThat(counts.complaints()).as("%s", counts).isEmpty();
    assertThat(counts.leftAtTheEnd()).as("%s", counts).isZero();
    assertThat(counts.bystandersLost()).as("%s", counts).isZero();
    // Or it would show nothing.
    assertThat(counts.killedWhile()).as("%s", counts).isNotEmpty();
    assertThat(counts.reaped() + counts.foundAtTheEnd()).as("%s", counts).isPositive();
  }

  private static Duration length() {
    int minutes = Integer.getInteger("soak.minutes", 0);
    return minutes > 0 ? Duration.ofMinutes(minutes) : Duration.ofSeconds(20);
  }

  /** The control: without any sign of life a suite in another pid namespace counts as dead. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void itSeesWhatLivingSuitesLose(@TempDir Path directory) throws Exception {
    assumeThat(TestHost.canBeMade()).as("pid namespaces can be made, as only root can").isTrue();
    List<String> lost =
        Soak.untilSomethingIsLost(directory, Duration.ofMinutes(5), System.nanoTime());
    System.out.println("Control of the soak: " + lost);
    assertThat(lost).isNotEmpty();
  }
}
