package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.RestartPolicy;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The port of a container that its own client has stopped belongs to nobody but its hold, also not
 * to a server that asks for this number with SO_REUSEADDR.
 */
@RequiresDocker
@Timeout(120)
class DownTest {

  static Stream<Named<Consumer<HttpdContainer>>> ways() {
    return Stream.of(
        Named.of("stop()", HttpdContainer::stop),
        Named.of(
            "docker stop",
            it -> client(it).stopContainerCmd(it.getContainerId()).withTimeout(0).exec()),
        Named.of("docker kill", it -> client(it).killContainerCmd(it.getContainerId()).exec()),
        Named.of(
            "docker kill, with its signal",
            it -> client(it).killContainerCmd(it.getContainerId()).withSignal("SIGKILL").exec()),
        Named.of(
            "docker kill, by the start of the id",
            it -> client(it).killContainerCmd(it.getContainerId().substring(0, 12)).exec()),
        Named.of(
            "docker kill, by the name",
            it -> client(it).killContainerCmd(it.getContainerInfo().getName().substring(1)).exec()),
        Named.of(
            "docker rm",
            it -> client(it).removeContainerCmd(it.getContainerId()).withForce(true).exec()));
  }

  /** The interleaving that must not happen: the rival listens after the engine, before the hold. */
  @ParameterizedTest
  @MethodSource("ways")
  void nobodyElseGetsThePort(Consumer<HttpdContainer> down) throws Exception {
    Modes.assumeShared();
    try (HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      httpd.start();
      try (Rival rival = new Rival(port.number())) {
        rival.start();
        rival.hasTried.await();
        down.accept(httpd);
        assertThat(port.state()).isEqualTo(PortState.HELD);
        assertThatThrownBy(() -> listenOn(port.number()).close()).isInstanceOf(BindException.class);
        assertThat(rival.hasWon()).isFalse();
      }
      int number = port.number();
      httpd.stop();
      httpd.start();
      assertThat(port.number()).isEqualTo(number);
      assertThat(httpd.getMappedPort(Httpd.PORT)).isEqualTo(number);
      assertThat(Httpd.statusOf(number)).isEqualTo(404);
    }
  }

  /** The hold of UDP is closed for the engine, so it is made anew. */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void eachProtocolIsHeldAgain(Protocol protocol) throws Exception {
    Modes.assumeShared();
    try (PortAllocator allocator = PortAllocator.create();
        HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = allocator.hold(PortRequest.named("any").protocol(protocol).build());
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      for (int start = 0; start < 2; start++) {
        httpd.start();
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
        httpd.stop();
        assertThat(port.state()).isEqualTo(PortState.HELD);
        if (protocol.hasUdp()) {
          assertThatThrownBy(() -> new DatagramSocket(port.number()).close())
              .isInstanceOf(BindException.class);
        }
      }
    }
  }

  static Stream<Named<Consumer<HttpdContainer>>> returns() {
    return Stream.of(
        Named.of("docker start", it -> client(it).startContainerCmd(it.getContainerId()).exec()),
        Named.of(
            "docker start, by the name",
            it ->
                client(it).startContainerCmd(it.getContainerInfo().getName().substring(1)).exec()),
        Named.of(
            "docker restart", it -> client(it).restartContainerCmd(it.getContainerId()).exec()));
  }

  @ParameterizedTest
  @MethodSource("returns")
  void itsOwnClientStartsItAgain(Consumer<HttpdContainer> up) throws Exception {
    try (HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      httpd.start();
      client(httpd).killContainerCmd(httpd.getContainerId()).exec();
      up.accept(httpd);
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
      assertThat(Httpd.statusOnceReady(port.number())).isEqualTo(404);
    }
  }

  /** Who may start it again cannot be known. The control: a server does get in here. */
  @Test
  void afterAStopByAnotherClientTheHoldIsOpenToWhoeverStartsIt() throws Exception {
    Modes.assumeShared();
    try (DockerClient other = Engine.connect();
        HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      httpd.start();
      other.killContainerCmd(httpd.getContainerId()).exec();
      Eventually.holds("a server gets in", () -> canListenOn(port.number()));
      other.startContainerCmd(httpd.getContainerId()).exec();
      assertThat(Httpd.statusOnceReady(port.number())).isEqualTo(404);
    }
  }

  /** A signal that is not that of a stop ends the process, and the engine starts it again. */
  @Test
  void theEngineMayStartAContainerAgainByItself() throws Exception {
    Modes.assumeDocker("a container that was killed counts as stopped by its user");
    try (HttpdContainer httpd = new HttpdContainer()) {
      httpd
          .withCommand("sh", "-c", "trap 'kill %1; exit 1' USR1; httpd -f -p 80 & wait")
          .withCreateContainerCmdModifier(
              create -> {
                create.withStopSignal("SIGTERM");
                Objects.requireNonNull(create.getHostConfig())
                    .withRestartPolicy(RestartPolicy.alwaysRestart());
              });
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      httpd.start();
      assertThat(Httpd.statusOnceReady(port.number())).isEqualTo(404);
      client(httpd).killContainerCmd(httpd.getContainerId()).withSignal("SIGUSR1").exec();
      Eventually.holds(
          "it was started again",
          () -> httpd.getCurrentContainerInfo().getRestartCount() > 0 && httpd.isRunning());
      assertThat(Httpd.statusOnceReady(port.number())).isEqualTo(404);
    }
  }

  /** It goes on, and whoever stops it later finds the port as it was. */
  @Test
  void aRemovalThatTheEngineRefusesChangesNothing() throws Exception {
    Modes.assumeShared();
    try (DockerClient other = Engine.connect();
        HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      httpd.start();
      assertThatThrownBy(() -> client(httpd).removeContainerCmd(httpd.getContainerId()).exec())
          .hasMessageContaining("remove");
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
      assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      other.killContainerCmd(httpd.getContainerId()).exec();
      Eventually.holds("a server gets in", () -> canListenOn(port.number()));
    }
  }

  /** Its port is that of the next container by then, and other clients may start that one again. */
  @Test
  void aContainerThatIsRemovedLaterLeavesTheNextOneAlone() throws Exception {
    try (DockerClient other = Engine.connect();
        PortAllocator allocator = PortAllocator.create();
        HttpdContainer one = new HttpdContainer();
        HttpdContainer next = new HttpdContainer();
        HttpdContainer refused = new HttpdContainer()) {
      HeldPort port = allocator.hold("web");
      List.of(one, next, refused).forEach(it -> ContainerPorts.publish(it, Httpd.PORT, port));
      one.start();
      client(one).killContainerCmd(one.getContainerId()).exec();
      next.start();
      one.stop();
      assertThatThrownBy(refused::start).rootCause().hasMessageContaining(" runs on " + port);
      refused.stop();
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
      other.restartContainerCmd(next.getContainerId()).withTimeout(0).exec();
      assertThat(Httpd.statusOnceReady(port.number())).isEqualTo(404);
      next.stop();
    }
  }

  @Test
  void aContainerThatDidNotStart() throws Exception {
    Modes.assumeDocker("the engine keeps the port bound after a start that has failed");
    try (HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      httpd.withCommand("no-such-command");
      assertThatThrownBy(httpd::start).hasStackTraceContaining("no-such-command");
      httpd.stop();
      assertThat(port.state()).isEqualTo(PortState.HELD);
      assertThatThrownBy(() -> listenOn(port.number()).close()).isInstanceOf(BindException.class);
    }
  }

  private static DockerClient client(HttpdContainer container) {
    return container.getDockerClient();
  }

  private static boolean canListenOn(int number) {
    try {
      listenOn(number).close();
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  /** As servers do. */
  private static ServerSocket listenOn(int number) throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(number));
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /** Tries all the time to listen on a port. */
  private static final class Rival extends Thread implements AutoCloseable {

    private final int number;
    private final CountDownLatch hasTried = new CountDownLatch(1);
    private volatile boolean ended;
    private volatile boolean won;

    Rival(int number) {
      this.number = number;
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!ended && !won) {
        won = canListenOn(number);
        hasTried.countDown();
      }
    }

    boolean hasWon() throws InterruptedException {
      close();
      return won;
    }

    @Override
    public void close() throws InterruptedException {
      ended = true;
      join();
    }
  }
}
