package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import io.freeport.HeldPort;
import io.freeport.PortHandoffException;
import io.freeport.PortState;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.MortalEngine;
import io.freeport.junit5.RequiresDocker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import redis.clients.jedis.Jedis;

/** A real engine is killed, or hangs, in the middle of a suite, and comes back. */
@RequiresDocker
@EnabledIfEnvironmentVariable(
    named = MortalEngine.DIRECTORY,
    matches = ".+",
    disabledReason = "it kills the engine, which has to be that of ci/engines restart")
@ResourceLock(Resources.SYSTEM_PROPERTIES)
@Timeout(300)
class EngineRestartTest {

  private static final String TIMEOUT = "freeport.container.timeout";
  private static final Map<String, String> MARK = Map.of("io.freeport.test", "engine-restart");
  private static final int THREADS = 4;

  private final MortalEngine engine = new MortalEngine();
  private final DockerClient client = Engine.connect();

  @AfterEach
  void asBefore() throws Exception {
    System.clearProperty(TIMEOUT);
    engine.comeBack();
    client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(MARK)
        .exec()
        .forEach(container -> client.removeContainerCmd(container.getId()).withForce(true).exec());
    client.close();
  }

  @Test
  void theNextTestWorksAndTheLastOnesPortIsStillThere() throws Exception {
    HeldPort port;
    HeldPort other;
    try (GenericContainer<?> before = new GenericContainer<>("redis:7.0");
        GenericContainer<?> meanwhile = new GenericContainer<>("redis:7.0")) {
      port = ContainerPorts.publish(before, 6379);
      other = ContainerPorts.publish(meanwhile, 6379);
      int number = port.number();
      before.start();
      assertThat(ping(number)).isEqualTo("PONG");

      engine.kill();

      assertThatThrownBy(meanwhile::start)
          .isInstanceOf(ContainerLaunchException.class)
          .hasStackTraceContaining(
              "A container with "
                  + other
                  + " was to be started. The Docker engine at "
                  + Engine.uri()
                  + " could not be reached");
      assertThat(other.state()).isEqualTo(PortState.HELD);
      if (Modes.isShared()) {
        assertThat(isFree(number)).as("free while the engine is away").isFalse();
      }

      engine.comeBack();

      meanwhile.start();
      assertThat(ping(other.number())).isEqualTo("PONG");
      before.stop(); // it went down with its engine
      before.start();
      assertThat(port.number()).isEqualTo(number);
      assertThat(ping(number)).isEqualTo("PONG");
    }
    port.close();
    other.close();
    // What was connected when the engine died may be in TIME_WAIT, for a minute.
    for (HeldPort released : List.of(port, other)) {
      Eventually.holds(released + " is free", () -> isFree(released.number()));
    }
  }

  /** Redis leaves it to its clients to close: no address of the port is in TIME_WAIT then. */
  private static String ping(int port) {
    try (Jedis redis = new Jedis("127.0.0.1", port)) {
      return redis.ping();
    }
  }

  /** Each of them is somewhere between the allocation and the confirmation. */
  @Test
  void startsThatAreUnderWayFailAndLeaveNoHold() throws Exception {
    Queue<Integer> numbers = new ConcurrentLinkedQueue<>();
    CountDownLatch started = new CountDownLatch(2 * THREADS);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<PortHandoffException>> failures = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        failures.add(threads.submit(() -> startUntilItFails(numbers, started)));
      }
      started.await();
      engine.kill();
      for (Future<PortHandoffException> failure : failures) {
        assertThat(failure.get())
            .hasMessageMatching(
                "(?s)A container with Port \\d+ .* was to be started. The Docker engine of the launcher's client could not be"
                    + " reached: .*");
      }
      assertThat(numbers).allMatch(EngineRestartTest::isFree);

      engine.comeBack();

      try (LaunchedContainer next = start(numbers)) {
        assertThat(Httpd.statusOnceReady(next.port(Httpd.PORT).number())).isEqualTo(404);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private PortHandoffException startUntilItFails(Queue<Integer> numbers, CountDownLatch started) {
    while (true) {
      LaunchedContainer container;
      try {
        container = start(numbers);
      } catch (PortHandoffException e) {
        return e;
      }
      started.countDown();
      try {
        container.close();
      } catch (RuntimeException vanished) {
        // the next start says so
      }
    }
  }

  @Test
  void oneThatHangsIsNotWaitedFor() throws Exception {
    Queue<Integer> numbers = new ConcurrentLinkedQueue<>();
    start(numbers).close();
    engine.hang();
    System.setProperty(TIMEOUT, "2s");
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(() -> start(numbers))
        .withMessageContaining("did not answer within 2000 ms, as freeport.container.timeout");
    assertThat(numbers).allMatch(EngineRestartTest::isFree);
    System.clearProperty(TIMEOUT);

    engine.comeBack();

    try (LaunchedContainer next = start(numbers)) {
      assertThat(Httpd.statusOnceReady(next.port(Httpd.PORT).number())).isEqualTo(404);
    }
  }

  private LaunchedContainer start(Queue<Integer> numbers) {
    return ContainerLauncher.using(client)
        .start(
            ports -> {
              numbers.add(ports.applyAsInt(Httpd.PORT));
              return Httpd.create(client).withLabels(MARK);
            },
            Httpd.PORT);
  }

  private static boolean isFree(int number) {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(number));
      return true;
    } catch (IOException somebodyHasIt) {
      return false;
    }
  }
}
