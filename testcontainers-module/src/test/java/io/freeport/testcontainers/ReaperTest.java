package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import io.freeport.Owner;
import io.freeport.OwnerRegistry;
import io.freeport.OwnerVerdict.Life;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

class ReaperTest {

  @Nested
  @RequiresDocker
  class WithAnEngine {

    private final DockerClient client = Engine.connect();

    @AfterEach
    void closeClient() throws IOException {
      client.close();
    }

    /**
     * Three real JVMs: one that is killed with its container running, one that lives on with its
     * own, and the next suite.
     */
    @Test
    void theNextSuiteRemovesADeadOnesContainerAndLeavesALivingOnesAlone() throws Exception {
      try (ChildJvm dead = ChildJvm.start(StartsContainer.class);
          ChildJvm living = ChildJvm.start(StartsContainer.class)) {
        String deadOnes = dead.readLine();
        String livingOnes = living.readLine();
        dead.kill();
        assertThat(exists(deadOnes)).as("nobody has cleaned up yet").isTrue();

        try (ChildJvm suite =
            ChildJvm.start(
                Map.of(),
                List.of("-Dtest.dead=" + deadOnes, "-Dtest.living=" + livingOnes),
                RunsSuite.class)) {
          assertThat(suite.readToEnd())
              .containsExactly("2 succeeded, 0 failed", "0 classes skipped");
          assertThat(suite.waitFor()).isZero();
        }

        assertThat(exists(deadOnes)).isFalse();
        assertThat(exists(livingOnes)).isTrue();
        living.send("end");
        assertThat(living.waitFor()).isZero();
        assertThat(exists(livingOnes)).isFalse();
      }
    }

    @Test
    void whatIsNotCertainlyDeadIsLeftAlone() {
      Owner self = OwnerRegistry.ofThisJvm().self();
      Owner elsewhere = new Owner("elsewhere", self.pid(), self.start(), self.nonce());
      Owner dead = new Owner(self.host(), self.pid(), self.start() + 1, self.nonce());
      String ofElsewhere = create(elsewhere.toString());
      String ofNobody = create("../../etc/passwd");
      String ofTheDead = create(dead.toString());
      String ours = create(self.toString());
      try {
        Reaper reaper = new Reaper(client, OwnerRegistry.ofThisJvm());
        ReapPlan plan = reaper.plan();
        assertThat(lifeOf(ofElsewhere, plan)).isEqualTo(Life.UNKNOWN);
        assertThat(lifeOf(ofNobody, plan)).isEqualTo(Life.UNKNOWN);
        assertThat(lifeOf(ours, plan)).isEqualTo(Life.ALIVE);
        assertThat(lifeOf(ofTheDead, plan)).isEqualTo(Life.DEAD);
        assertThat(plan.toString())
            .contains(
                "container "
                    + ofNobody.substring(0, 12)
                    + " (busybox:1.35) of ../../etc/passwd: UNKNOWN, its label is not one that FreePort writes");

        reaper.reap();

        assertThat(exists(ofTheDead)).isFalse();
        assertThat(List.of(exists(ofElsewhere), exists(ofNobody), exists(ours))).containsOnly(true);
        reaper.reap(); // and nothing happens
      } finally {
        for (String id : List.of(ofElsewhere, ofNobody, ofTheDead, ours)) {
          remove(id);
        }
      }
    }

    private String create(String owner) {
      return Httpd.create(client).withLabels(Map.of(Labels.OWNER, owner)).exec().getId();
    }

    private static Life lifeOf(String containerId, ReapPlan plan) {
      return plan.findings().stream()
          .filter(finding -> finding.containerId().equals(containerId))
          .map(finding -> finding.verdict().life())
          .findFirst()
          .orElseThrow();
    }

    private boolean exists(String containerId) {
      return ReaperTest.exists(client, containerId);
    }

    private void remove(String containerId) {
      try {
        client.removeContainerCmd(containerId).withForce(true).exec();
      } catch (NotFoundException gone) {
        // the reaper did it
      }
    }
  }

  /** An engine that accepts connections and never says a word. */
  @Test
  void anEngineThatHangsDelaysTheSuiteByABoundedTimeOnly(@TempDir Path directory) throws Exception {
    Path socket = directory.resolve("docker.sock");
    try (SilentEngine engine = SilentEngine.listenOn(socket);
        ChildJvm suite =
            ChildJvm.start(
                Map.of("DOCKER_HOST", "unix://" + socket, "FREEPORT_REQUIRE_DOCKER", "false"),
                List.of("-Dtest.dead=", "-Dtest.living="),
                RunsSuite.class)) {
      long start = System.nanoTime();
      assertThat(suite.readToEnd()).containsExactly("1 succeeded, 0 failed", "1 classes skipped");
      assertThat(suite.waitFor()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
      assertThat(engine.connections()).as("the reaper did ask").isPositive();
    }
  }

  private static boolean exists(DockerClient client, String containerId) {
    try {
      client.inspectContainerCmd(containerId).exec();
      return true;
    } catch (NotFoundException gone) {
      return false;
    }
  }

  static final class StartsContainer {
    private StartsContainer() {}

    public static void main(String[] args) throws Exception {
      try (Httpd httpd = new Httpd()) {
        ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.start();
        System.out.println(httpd.getContainerId());
        System.in.read();
      }
    }
  }

  /** What Surefire does in a fork: a launcher session, and a test plan in it. */
  static final class RunsSuite {
    private RunsSuite() {}

    public static void main(String[] args) {
      SummaryGeneratingListener summary = new SummaryGeneratingListener();
      try (LauncherSession session = LauncherFactory.openSession()) {
        session
            .getLauncher()
            .execute(
                LauncherDiscoveryRequestBuilder.request()
                    .selectors(
                        DiscoverySelectors.selectClass(FirstTestFixture.class),
                        DiscoverySelectors.selectClass(ContainerTestFixture.class))
                    .build(),
                summary);
      }
      summary
          .getSummary()
          .getFailures()
          .forEach(failure -> failure.getException().printStackTrace());
      System.out.println(
          summary.getSummary().getTestsSucceededCount()
              + " succeeded, "
              + summary.getSummary().getTestsFailedCount()
              + " failed");
      System.out.println(summary.getSummary().getContainersSkippedCount() + " classes skipped");
    }
  }

  @RequiresDocker
  static class ContainerTestFixture {
    @Test
    void needsAnEngine() {}
  }

  static class FirstTestFixture {
    @Test
    void theReaperRanBefore() throws IOException {
      String dead = System.getProperty("test.dead", "");
      if (!dead.isEmpty()) {
        try (DockerClient client = Engine.connect()) {
          assertThat(exists(client, dead)).isFalse();
          assertThat(exists(client, System.getProperty("test.living", ""))).isTrue();
        }
      }
    }
  }
}
