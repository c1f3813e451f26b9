package io.freeport.docker.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.Reaper;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.MortalEngine;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.docker.testing.TestHost;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** What the lease of a JVM on another host tells when its network or the engine fails. */
@RequiresDocker
@EnabledIfEnvironmentVariable(
    named = TestHost.NETWORKS,
    matches = ".+",
    disabledReason = "it takes networks and an engine that only ci/engines hosts makes")
@Timeout(600)
class LeaseOfAnotherHostTest {

  private static final Duration GRACE = Duration.ofSeconds(60);

  /** After that the engine gives a silent connection up: 15 s, and nine probes 15 s apart. */
  private static final Duration KEEPALIVE = Duration.ofSeconds(150);

  private static final String LOST = "WARNING: The lease of this JVM at the engine is lost: ";

  private static final String REPLACED =
      " Another one is started. Where that takes more than a minute, a reaper on another host may take this JVM for dead.";

  private DockerClient client = Engine.connect();
  private TestHost host;
  private ChildJvm child;
  private String owner;
  private String container;

  @BeforeEach
  void startContainer(@TempDir Path folder) throws IOException {
    host = TestHost.two(folder).get(0);
    child = host.start(List.of(), LeaseChild.class);
    owner = child.readLine();
    child.send("start");
    container = child.readLineLike("[0-9a-f]{64}");
  }

  @AfterEach
  void leaveNothing() throws Exception {
    host.connect();
    child.close();
    containers().forEach(each -> StaleContainers.remove(client, each.getId()));
    client.close();
  }

  private List<Container> containers() {
    return StaleContainers.of(client, owner);
  }

  private List<String> runningLeases() {
    return containers().stream()
        .filter(each -> each.getLabels().containsKey(Labels.LEASE))
        .filter(each -> each.getState().equals("running"))
        .map(Container::getId)
        .toList();
  }

  private boolean isThereAfterAReap() {
    Reaper.using(client).reap();
    return StaleContainers.exists(client, container);
  }

  private void assertNothingIsRemovedFor(Duration duration) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < duration.toNanos()) {
      assertThat(isThereAfterAReap()).isTrue();
    }
  }

  private void assertEndsWell() throws Exception {
    child.send("stop");
    child.readLineLike("stopped");
    child.send("exit");
    assertThat(child.waitFor()).isZero();
    Eventually.holds("the engine has removed all", () -> containers().isEmpty());
  }

  @Test
  void outlastsACutOf20Seconds() throws Exception {
    host.disconnect();
    assertNothingIsRemovedFor(Duration.ofSeconds(20));
    host.connect();
    assertNothingIsRemovedFor(GRACE.plusSeconds(10));
    assertThat(runningLeases()).hasSize(1);
    assertEndsWell();
  }

  @Test
  void endsAWhileAfterItsHostIsCutOff() throws Exception {
    String lease = runningLeases().get(0);
    host.disconnect();
    long start = System.nanoTime();
    Eventually.holds(
        "the engine gives up", KEEPALIVE.multipliedBy(2), () -> runningLeases().isEmpty());
    System.out.println(
        "Cut off: the lease ended after "
            + Duration.ofNanos(System.nanoTime() - start).toSeconds()
            + " s");
    assertThat(isThereAfterAReap()).as("it may come back").isTrue();
    Eventually.holds("it counts as dead", GRACE.multipliedBy(2), () -> !isThereAfterAReap());
    assertThat(StaleContainers.exists(client, lease)).isFalse();

    host.connect();
    assertThat(child.readLineLike(LOST + ".*")).startsWith(LOST + "somebody has removed it.");
    Eventually.holds("it has another lease", () -> runningLeases().size() == 1);
  }

  @Test
  void isReplacedWhenSomebodyRemovesIt() throws Exception {
    String lease = runningLeases().get(0);
    StaleContainers.remove(client, lease);
    assertThat(child.readLineLike(LOST + ".*")).endsWith(REPLACED);
    Eventually.holds("it has another lease", () -> runningLeases().size() == 1);
    assertNothingIsRemovedFor(GRACE.plusSeconds(10));
    assertEndsWell();
  }

  @Test
  void isReplacedAfterTheEngineWasKilled() throws Exception {
    MortalEngine engine = new MortalEngine();
    engine.kill();
    assertIsReplacedAfter(engine);
  }

  @Test
  void isReplacedAfterTheEngineWasStopped() throws Exception {
    MortalEngine engine = new MortalEngine();
    engine.stop();
    assertIsReplacedAfter(engine);
  }

  private void assertIsReplacedAfter(MortalEngine engine) throws Exception {
    client.close();
    engine.comeBack();
    client = Engine.connect();
    assertThat(child.readLineLike(LOST + ".*")).endsWith(REPLACED);
    Eventually.holds("it has another lease", () -> runningLeases().size() == 1);
    assertNothingIsRemovedFor(GRACE.plusSeconds(10));
    assertEndsWell();
  }
}
