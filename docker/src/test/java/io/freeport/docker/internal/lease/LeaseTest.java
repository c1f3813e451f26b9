package io.freeport.docker.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.Container;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.testing.EngineProxy;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases of real JVMs at a real engine. */
@RequiresDocker
@Timeout(240)
class LeaseTest {

  private final DockerClient client = Engine.connect();
  private String owner = "";

  @AfterEach
  void leavesNothing() throws IOException {
    containers().forEach(each -> StaleContainers.remove(client, each.getId()));
    client.close();
  }

  private List<Container> containers() {
    return StaleContainers.of(client, owner);
  }

  private List<String> leases() {
    return containers().stream()
        .filter(each -> each.getLabels().containsKey(Labels.LEASE))
        .map(Container::getId)
        .toList();
  }

  private ChildJvm start(String... options) throws IOException {
    ChildJvm child = ChildJvm.start(Map.of(), List.of(options), LeaseChild.class);
    owner = child.readLine();
    return child;
  }

  private String running() throws Exception {
    Eventually.holds("a lease runs", () -> leases().stream().anyMatch(this::isRunning));
    assertThat(leases()).hasSize(1);
    return leases().get(0);
  }

  private boolean isRunning(String id) {
    return Boolean.TRUE.equals(state(id).getRunning());
  }

  private ContainerState state(String id) {
    return client.inspectContainerCmd(id).exec().getState();
  }

  private static String run(ChildJvm child, String command) throws IOException {
    child.send(command);
    return child.readLine();
  }

  private void assertEndOfInput(String lease) throws Exception {
    Eventually.holds("the lease has ended", () -> !isRunning(lease));
    assertThat(state(lease).getStatus()).isEqualTo("exited");
    assertThat(state(lease).getExitCodeLong()).isZero();
  }

  @Test
  void endsWithAJvmThatIsKilled() throws Exception {
    try (ChildJvm child = start("-Dfreeport.lease=on")) {
      run(child, "start");
      String lease = running();
      InspectContainerResponse info = client.inspectContainerCmd(lease).exec();
      assertThat(Lease.isOne(info.getConfig())).isTrue();
      assertThat(info.getHostConfig().getNetworkMode()).isEqualTo("none");
      child.kill();
      assertEndOfInput(lease);
    }
  }

  @Test
  void goesWithAJvmThatLeavesNothing() throws Exception {
    try (ChildJvm child = start("-Dfreeport.lease=on")) {
      run(child, "start");
      running();
      run(child, "stop");
      child.send("exit");
      assertThat(child.waitFor()).isZero();
      Eventually.holds("the engine has removed the lease", () -> leases().isEmpty());
    }
  }

  @Test
  void staysWithWhatAJvmLeaves() throws Exception {
    try (ChildJvm child = start("-Dfreeport.lease=on")) {
      run(child, "start");
      String lease = running();
      child.send("exit");
      assertThat(child.waitFor()).isZero();
      assertEndOfInput(lease);
    }
  }

  @Test
  void isReplacedWhenItIsLost() throws Exception {
    try (ChildJvm child = start("-Dfreeport.lease=on")) {
      run(child, "start");
      String lost = running();
      client.killContainerCmd(lost).exec();
      assertThat(child.readLine())
          .isEqualTo(
              "WARNING: The lease of this JVM at the engine is lost: it has ended with status 137. Another one is started."
                  + " Where that takes more than a minute, a reaper on another host may take this JVM for dead.");
      Eventually.holds(
          "only the other one is left",
          () -> leases().size() == 1 && !leases().contains(lost) && isRunning(leases().get(0)));
      child.send("exit");
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void ofAnImageWithoutTheProgram() throws Exception {
    String base = client.createContainerCmd(Httpd.IMAGE).exec().getId();
    String image =
        client
            .commitCmd(base)
            .withRepository("freeport-test/without-cat")
            .withEnv("PATH=/nowhere")
            .exec();
    client.removeContainerCmd(base).exec();
    try (ChildJvm child =
        start("-Dfreeport.lease=on", "-Dfreeport.lease.image=freeport-test/without-cat")) {
      String first = run(child, "start");
      String second = child.readLine();
      assertThat(first.startsWith("INFO") ? first : second)
          .startsWith("INFO: This JVM has no lease at the engine (")
          .contains("cat")
          .endsWith(
              "). Reapers on other hosts cannot tell whether it lives, and leave its containers alone.");
      assertThat(leases()).isEmpty();
      run(child, "stop");
      child.send("exit");
      assertThat(child.waitFor()).isZero();
    } finally {
      client.removeImageCmd(image).withForce(true).exec();
    }
  }

  private Owner another() {
    Owner self = OwnerRegistry.of(Settings.ofThisJvm()).self();
    Owner another = new Owner(self.host(), self.pid(), self.start(), "00c0ffee");
    owner = another.toString();
    return another;
  }

  /** With {@code -Dsilence.seconds=60} as with a proxy in use; a JVM sends a byte every 30 s. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void outlastsAProxyThatClosesSilentConnections(boolean beats, @TempDir Path folder)
      throws Exception {
    Duration silence = Duration.ofSeconds(Integer.getInteger("silence.seconds", 4));
    Duration beat = beats ? silence.dividedBy(2) : Duration.ofDays(1);
    try (EngineProxy proxy =
            EngineProxy.closingSilentConnections(folder.resolve("docker.sock"), silence);
        DockerClient by = proxy.connect();
        Lease lease = Lease.start(by, by, Httpd.IMAGE, another(), beat)) {
      assertThat(lease.awaitEnd(silence.multipliedBy(3))).isEqualTo(!beats);
      if (beats) {
        assertThat(isRunning(lease.id())).isTrue();
      } else {
        assertEndOfInput(lease.id());
      }
    }
  }

  @Test
  void goesOnBetweenItsBytes() throws Exception {
    Duration beat = Duration.ofMillis(50);
    try (Lease lease = Lease.start(client, client, Httpd.IMAGE, another(), beat)) {
      for (int i = 0; i < 10; i++) {
        assertThat(lease.awaitEnd(beat)).isFalse();
        assertThat(lease.end()).isEmpty();
      }
    }
    assertEndOfInput(leases().get(0));
  }

  @Test
  void isNotMadeWithoutContainers() throws Exception {
    try (ChildJvm child = start("-Dfreeport.lease=on", "-Dfreeport.lease.image=" + Httpd.IMAGE)) {
      child.send("exit");
      assertThat(child.readToEnd()).isEmpty();
      assertThat(containers()).isEmpty();
    }
  }

  @Test
  void isNotMadeIfItIsOff() throws Exception {
    try (ChildJvm child = start("-Dfreeport.lease=off")) {
      run(child, "start");
      assertThat(leases()).as("a start waits for its lease").isEmpty();
      run(child, "stop");
      child.send("exit");
      assertThat(child.readToEnd()).isEmpty();
      assertThat(containers()).isEmpty();
    }
  }
}
