package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import io.freeport.HeldPort;
import io.freeport.LeakPolicy;
import io.freeport.PortAllocator;
import io.freeport.PortEvent;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortUnavailableException;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.testing.EngineProxy;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.testcontainers.containers.ContainerLaunchException;

/**
 * Close-then-bind leaves a gap, and a thief waits in it.
 *
 * <p>The interleaving: the hold is closed, the thief binds, the engine tries to bind and fails.
 */
@RequiresDocker
@ResourceLock(Resources.SYSTEM_PROPERTIES)
@Timeout(120)
class ConflictRetryTest {

  private static final String MODE = "freeport.container.handoff";
  private static final Map<String, String> MARK = Map.of("io.freeport.test", "conflict-retry");

  @TempDir private Path directory;
  private final DockerClient client = Engine.connect();

  @BeforeEach
  void closeThenBind() {
    System.setProperty(MODE, "close-then-bind");
  }

  @AfterEach
  void asBefore() throws Exception {
    System.clearProperty(MODE);
    System.clearProperty("freeport.retries");
    client.close();
  }

  private static HttpdContainer marked() {
    return new HttpdContainer().withLabels(MARK);
  }

  private List<String> marks() {
    return client.listContainersCmd().withShowAll(true).withLabelFilter(MARK).exec().stream()
        .map(container -> container.getId())
        .toList();
  }

  @Test
  void aContainerGetsAnotherPortAndIsConfiguredAnew() throws Exception {
    try (GapThief thief = new GapThief(2);
        HttpdContainer httpd = marked()) {
      HeldPort port = thief.hold();
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      List<Integer> configured = new ArrayList<>();
      ContainerPorts.configure(
          httpd,
          it -> {
            configured.add(port.number());
            it.withEnv("ADVERTISED", "127.0.0.1:" + port.number());
          });
      httpd.start();

      assertThat(thief.loot()).hasSize(2).doesNotContain(port.number());
      assertThat(configured).startsWith(thief.loot().toArray(new Integer[0])).hasSize(3);
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
      assertThat(configured).endsWith(port.number());
      assertThat(httpd.getMappedPort(Httpd.PORT)).isEqualTo(port.number());
      assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      InspectContainerResponse info = client.inspectContainerCmd(httpd.getContainerId()).exec();
      assertThat(info.getConfig().getEnv()).contains("ADVERTISED=127.0.0.1:" + port.number());
      assertThat(marks()).as("no leftover").containsExactly(httpd.getContainerId());
    }
    assertThat(marks()).isEmpty();
  }

  @Test
  void severalPortsAreConfiguredTogether() throws Exception {
    try (GapThief thief = new GapThief(1);
        HttpdContainer httpd = marked()) {
      HeldPort one = ContainerPorts.publish(httpd, 80);
      HeldPort two = thief.hold();
      ContainerPorts.publish(httpd, 81, two);
      ContainerPorts.configure(
          httpd,
          it ->
              it.withCommand(
                  "sh", "-c", "httpd -p 81; httpd -f -p 80; : " + one.number() + two.number()));
      httpd.start();
      assertThat(thief.loot()).hasSize(1).doesNotContain(two.number());
      assertThat(Httpd.statusOf(one.number())).isEqualTo(404);
      assertThat(Httpd.statusOf(two.number())).isEqualTo(404);
      assertThat(httpd.getCommandParts()[2]).endsWith(": " + one.number() + two.number());
    }
  }

  @Test
  void theContainersOwnAttemptsAreNotUsedUp() throws Exception {
    try (GapThief thief = new GapThief(2);
        HttpdContainer httpd = marked()) {
      HeldPort port = thief.hold();
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      httpd.withStartupAttempts(2).waitingFor(new FailsOnce());
      httpd.start();
      assertThat(thief.loot()).hasSize(2);
      assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      assertThat(marks()).containsExactly(httpd.getContainerId());
    }
  }

  @Test
  void thereIsABoundAndTheEnginesLastWordIsTold() throws Exception {
    System.setProperty("freeport.retries", "2");
    try (GapThief thief = new GapThief(100);
        HttpdContainer httpd = marked()) {
      HeldPort port = thief.hold();
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      assertThatThrownBy(httpd::start)
          .isInstanceOf(ContainerLaunchException.class)
          .rootCause()
          .isInstanceOf(InternalServerErrorException.class)
          .hasMessageContaining(":" + port.number())
          .hasMessageContaining("address already in use");
      assertThat(thief.loot()).hasSize(3);
    }
    assertThat(marks()).isEmpty();
  }

  @Test
  void whereThereIsNoOtherPortTheConflictIsTold() throws Exception {
    try (GapThief thief = new GapThief(1);
        HttpdContainer httpd = marked()) {
      int number = anyFreeNumber();
      HeldPort port = thief.hold(PortRequest.named("db").preferred(number).strict().build());
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      assertThatThrownBy(httpd::start)
          .rootCause()
          .hasMessageContaining("address already in use")
          .satisfies(
              conflict ->
                  assertThat(conflict.getSuppressed())
                      .singleElement()
                      .isInstanceOf(PortUnavailableException.class));
      assertThat(thief.loot()).containsExactly(number);
    }
  }

  /** The container's next attempt is made with what its configuration says then. */
  @Test
  void ofSeveralPortsThoseThatChangedAreConfiguredThoughAnotherCannot() throws Exception {
    try (GapThief thief = new GapThief(1);
        HttpdContainer httpd = marked()) {
      HeldPort one = ContainerPorts.publish(httpd, 80);
      HeldPort strict =
          thief.hold(PortRequest.named("db").preferred(anyFreeNumber()).strict().build());
      ContainerPorts.publish(httpd, 81, strict);
      List<Integer> configured = new ArrayList<>();
      ContainerPorts.configure(httpd, it -> configured.add(one.number()));
      assertThatThrownBy(httpd::start).rootCause().hasMessageContaining("address already in use");
      assertThat(thief.loot()).hasSize(1);
      assertThat(configured).hasSize(2).doesNotHaveDuplicates().endsWith(one.number());
    }
  }

  /** The listener is told when the hold is closed, before the engine is. */
  @Test
  void aPortThatIsReleasedMeanwhileDoesNotHideTheConflict() throws Exception {
    CompletableFuture<HeldPort> port = new CompletableFuture<>();
    try (Socket thief = new Socket();
        PortAllocator allocator =
            PortAllocator.builder()
                .leaks(LeakPolicy.IGNORE)
                .listener(
                    event -> {
                      if (event.type() == PortEvent.Type.OFFERED) {
                        bind(thief, event.port());
                        port.join().close();
                      }
                    })
                .build();
        HttpdContainer httpd = marked()) {
      HeldPort held = allocator.hold("web");
      port.complete(held);
      ContainerPorts.publish(httpd, Httpd.PORT, held);
      assertThatThrownBy(httpd::start)
          .rootCause()
          .hasMessageContaining("address already in use")
          .satisfies(
              conflict ->
                  assertThat(conflict.getSuppressed())
                      .singleElement()
                      .isInstanceOf(IllegalStateException.class));
    }
  }

  private static void bind(Socket thief, int number) {
    try {
      thief.bind(new InetSocketAddress(number));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class StartsInAnotherThread extends HttpdContainer {
    @Override
    public void start() {
      CompletableFuture.runAsync(super::start).join();
    }
  }

  @Test
  void aSubclassThatStartsInAnotherThread() throws Exception {
    try (GapThief thief = new GapThief(1);
        HttpdContainer httpd = new StartsInAnotherThread().withLabels(MARK)) {
      HeldPort port = thief.hold();
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      httpd.start();
      assertThat(thief.loot()).hasSize(1).doesNotContain(port.number());
      assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      assertThat(marks()).containsExactly(httpd.getContainerId());
    }
  }

  private static final class StartsOnce extends HttpdContainer {
    private boolean started;

    @Override
    public void start() {
      if (started) {
        return;
      }
      started = true;
      super.start();
    }
  }

  @Test
  void aSubclassThatStartsOnlyOnceIsToldAndTheConflictToo() throws Exception {
    try (GapThief thief = new GapThief(1);
        HttpdContainer httpd = new StartsOnce().withLabels(MARK)) {
      HeldPort port = thief.hold();
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      assertThatThrownBy(httpd::start)
          .hasStackTraceContaining("StartsOnce, does not start it once more, on Port ")
          .hasStackTraceContaining("if (started) return;")
          .rootCause()
          .hasMessageContaining("address already in use");
    }
    assertThat(marks()).isEmpty();
  }

  /** Clients know the number by then, so no other one would help them. */
  @Test
  void aContainerThatWasStoppedKeepsItsNumber() throws Exception {
    try (GapThief thief = new GapThief(1);
        HttpdContainer httpd = marked()) {
      HeldPort port = thief.allocator().hold("web");
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      httpd.start();
      int number = port.number();
      httpd.stop();
      thief.want(port);
      assertThatThrownBy(httpd::start)
          .rootCause()
          .isInstanceOf(InternalServerErrorException.class)
          .hasMessageContaining(":" + number)
          .hasMessageContaining("address already in use");
      assertThat(thief.loot()).containsExactly(number);
      assertThat(port.number()).isEqualTo(number);
    }
  }

  /** Which other numbers do not help with. */
  @Test
  void aConflictAboutAPortThatIsNotOursIsNotTouched() throws Exception {
    try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        HttpdContainer httpd = marked()) {
      int foreign = stranger.getLocalPort();
      httpd.setPortBindings(List.of("127.0.0.1:" + foreign + ":81"));
      List<Integer> configured = new ArrayList<>();
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      ContainerPorts.configure(httpd, it -> configured.add(port.number()));
      assertThatThrownBy(httpd::start)
          .rootCause()
          .isInstanceOf(InternalServerErrorException.class)
          .hasMessageContaining(":" + foreign);
      assertThat(configured).containsExactly(port.number());
    }
  }

  /** Its own failure, as it was, after one attempt: a command that does not exist. */
  @Test
  void otherFailuresAreNotTouched() {
    try (HttpdContainer httpd = marked()) {
      httpd.withCommand("no-such-command");
      List<Integer> configured = new ArrayList<>();
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      ContainerPorts.configure(httpd, it -> configured.add(port.number()));
      assertThatThrownBy(httpd::start)
          .isInstanceOf(ContainerLaunchException.class)
          .rootCause()
          .hasMessageContaining("no-such-command");
      assertThat(configured).containsExactly(port.number());
    }
    assertThat(marks()).isEmpty();
  }

  /**
   * The control: without the retry, which {@code freeport.retries=0} switches off, that thief is
   * the end of it.
   */
  @Test
  void withoutTheRetryTheStartFails() throws Exception {
    System.setProperty("freeport.retries", "0");
    try (GapThief thief = new GapThief(1);
        HttpdContainer httpd = marked()) {
      HeldPort port = thief.hold();
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      assertThatThrownBy(httpd::start).rootCause().hasMessageContaining("address already in use");
      assertThat(thief.loot()).containsExactly(port.number());
    }
  }

  @Test
  void aLaunchedContainerGetsAnotherPortAndTheLeftoverIsGone() throws Exception {
    List<Integer> created = new ArrayList<>();
    try (GapThief thief = new GapThief(2);
        EngineProxy engine = engineWith(thief, created);
        DockerClient proxied = engine.connect();
        LaunchedContainer httpd =
            ContainerLauncher.using(proxied)
                .start(
                    ports -> {
                      created.add(ports.applyAsInt(Httpd.PORT));
                      return Httpd.create(proxied).withLabels(MARK);
                    },
                    Httpd.PORT)) {
      int number = httpd.port(Httpd.PORT).number();
      assertThat(created).hasSize(3).doesNotHaveDuplicates().endsWith(number);
      assertThat(Httpd.statusOnceReady(number)).isEqualTo(404);
      assertThat(marks()).containsExactly(httpd.id());
    }
    assertThat(marks()).isEmpty();
  }

  @Test
  void aLauncherGivesUpAfterAWhileAndLeavesNothing() throws Exception {
    System.setProperty("freeport.retries", "1");
    List<Integer> created = new ArrayList<>();
    try (GapThief thief = new GapThief(100);
        EngineProxy engine = engineWith(thief, created);
        DockerClient proxied = engine.connect()) {
      assertThatExceptionOfType(InternalServerErrorException.class)
          .isThrownBy(
              () ->
                  ContainerLauncher.using(proxied)
                      .start(
                          ports -> {
                            created.add(ports.applyAsInt(Httpd.PORT));
                            return Httpd.create(proxied).withLabels(MARK);
                          },
                          Httpd.PORT))
          .withMessageContaining("address already in use");
      assertThat(thief.loot()).hasSize(2).isEqualTo(created);
    }
    assertThat(marks()).isEmpty();
  }

  /** The launcher's ports are its own, so the thief is told by who passes on the start. */
  private EngineProxy engineWith(GapThief thief, List<Integer> created) throws IOException {
    return EngineProxy.listenOn(
        directory.resolve("engine.sock"),
        it -> {
          thief.take(created.get(created.size() - 1));
          return null;
        });
  }

  private static int anyFreeNumber() {
    try (PortAllocator allocator = PortAllocator.create()) {
      return allocator.hold().number();
    }
  }
}
