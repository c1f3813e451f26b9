package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan;
import io.freeport.docker.reaper.ReapPlan.Life;
import io.freeport.docker.reaper.Reaper;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.docker.testing.SuiteChild;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

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
                List.of(
                    "-Dtest.dead=" + deadOnes,
                    "-Dtest.living=" + livingOnes,
                    "-Dfreeport.reaper=wait"),
                SuiteChild.class,
                FirstTestFixture.class.getName(),
                ContainerTestFixture.class.getName())) {
          assertThat(suite.readToEnd())
              .contains("2 succeeded, 0 failed", "0 classes skipped")
              .filteredOn(line -> line.contains("Removed"))
              .singleElement()
              .asString()
              .startsWith("INFO: Removed ")
              .contains("of the JVM with pid " + dead.pid() + " (its ");
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
      Owner self = OwnerRegistry.of(Settings.ofThisJvm()).self();
      Owner elsewhere = new Owner("elsewhere", self.pid(), self.start(), self.nonce());
      Owner dead = new Owner(self.host(), self.pid(), self.start() + 1, self.nonce());
      String ofElsewhere = create(elsewhere.toString());
      String ofNobody = create("../../etc/passwd");
      String ofTheDead = create(dead.toString());
      String ours = create(self.toString());
      try {
        Reaper reaper = Reaper.using(client);
        ReapPlan plan = reaper.plan();
        assertThat(lifeOf(ofElsewhere, plan)).isEqualTo(Life.UNKNOWN);
        assertThat(lifeOf(ofNobody, plan)).isEqualTo(Life.UNKNOWN);
        assertThat(lifeOf(ours, plan)).isEqualTo(Life.ALIVE);
        assertThat(lifeOf(ofTheDead, plan)).isEqualTo(Life.DEAD);
        assertThat(plan.toString())
            .contains(
                "keep container "
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

    @Test
    void aDryRunSaysWhatWouldBeRemovedAndRemovesNothing() throws Exception {
      String stale = create(StaleContainers.deadOwner().toString());
      try (ChildJvm suite =
          ChildJvm.start(
              Map.of(),
              List.of(),
              SuiteChild.class,
              "freeport.reaper=dry-run",
              ContainerTestFixture.class.getName())) {
        assertThat(String.join("\n", suite.readToEnd()))
            .contains("INFO: This is a dry run, and nothing is removed:\n")
            .contains("remove container " + stale.substring(0, 12) + " (busybox:1.35) of ")
            .contains("1 succeeded, 0 failed")
            .doesNotContain("Removed");
        assertThat(exists(stale)).isTrue();
      } finally {
        remove(stale);
      }
    }

    /** As for users of docker-java, who have neither Testcontainers nor the module for it. */
    @Test
    void withoutTestcontainersItUsesDockerJava() throws Exception {
      removesWithout(
          Path.of("org", "testcontainers"), Path.of("testcontainers-module", "target", "classes"));
    }

    /** As for users of Testcontainers, which brings no docker-java-core. */
    @Test
    void withoutDockerJavaCoreItUsesTestcontainers() throws Exception {
      removesWithout(Path.of("docker-java-core"));
    }

    private void removesWithout(Path... leftOut) throws Exception {
      String stale = create(StaleContainers.deadOwner().toString());
      String classPath =
          Arrays.stream(ChildJvm.classPath().split(Pattern.quote(File.pathSeparator), -1))
              .filter(
                  entry ->
                      Arrays.stream(leftOut).noneMatch(part -> entry.contains(part.toString())))
              .collect(Collectors.joining(File.pathSeparator));
      assertThat(classPath).as("the control").isNotEqualTo(ChildJvm.classPath());
      try (ChildJvm suite =
          ChildJvm.start(
              Map.of("FREEPORT_REQUIRE_DOCKER", "true"),
              List.of(),
              List.of("-Dfreeport.reaper=wait"),
              classPath,
              SuiteChild.class,
              ContainerTestFixture.class.getName())) {
        assertThat(suite.readToEnd())
            .contains("1 succeeded, 0 failed", "0 classes skipped")
            .anyMatch(line -> line.startsWith("INFO: Removed "));
        assertThat(exists(stale)).isFalse();
      } finally {
        remove(stale);
      }
    }

    /** As with TestNG, or JUnit 4 by a provider of its own. */
    @Test
    void withoutJUnitsLauncherItRunsBeforeTheFirstContainer() throws Exception {
      String stale = create(StaleContainers.deadOwner().toString());
      try (ChildJvm child = ChildJvm.start(StartsContainer.class)) {
        String started = child.readLine();
        assertThat(exists(started)).isTrue();
        assertThat(exists(stale)).isFalse();
        child.send("end");
        assertThat(child.waitFor()).isZero();
      } finally {
        remove(stale);
      }
    }

    /**
     * Testcontainers writes its session on the network, and there is no container to tell whose.
     */
    @Test
    void networksOfADeadJvmGo() throws Exception {
      try (ChildJvm dead = ChildJvm.start(SuiteChild.class, MakesNetwork.class.getName());
          ChildJvm living = ChildJvm.start(SuiteChild.class, MakesNetwork.class.getName())) {
        String ofTheDead = networkOf(dead);
        String ofTheLiving = networkOf(living);
        dead.kill();

        Reaper.using(client).reap();

        assertThat(client.listNetworksCmd().exec())
            .extracting(Network::getId)
            .contains(ofTheLiving)
            .doesNotContain(ofTheDead);
        living.kill();
        Reaper.using(client).reap();
        assertThat(client.listNetworksCmd().exec())
            .extracting(Network::getId)
            .doesNotContain(ofTheLiving);
      }
    }

    private String networkOf(ChildJvm suite) throws IOException {
      return suite.readLineLike("network .*").substring("network ".length());
    }

    private String create(String owner) {
      return Httpd.create(client).withLabels(Map.of(Labels.OWNER, owner)).exec().getId();
    }

    private static Life lifeOf(String containerId, ReapPlan plan) {
      return plan.findings().stream()
          .filter(finding -> finding.id().equals(containerId))
          .map(ReapPlan.Finding::life)
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
      try (HttpdContainer httpd = new HttpdContainer()) {
        ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.start();
        System.out.println(httpd.getContainerId());
        System.in.read();
      }
    }
  }

  @RequiresDocker
  static class MakesNetwork {
    @Test
    void andIsKilled() throws IOException {
      System.out.println("network " + org.testcontainers.containers.Network.newNetwork().getId());
      System.in.read();
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
