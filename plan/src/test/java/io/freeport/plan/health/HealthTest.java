package io.freeport.plan.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.plan.EndlessServer;
import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortPlan;
import io.freeport.plan.ShiftedPorts;
import io.freeport.plan.TestServer;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HealthTest {

  private static final int ENOUGH_SECONDS = 60;

  /** More than the buffers of a connection, and less than a heap. */
  private static final long MUCH = 64 << 20;

  private static final String NO_IPV6 =
      "There is no ::1 on this host, so no server listens there alone. Enable it: sysctl net.ipv6.conf.lo.disable_ipv6=0";

  private final PortAllocator allocator = PortAllocator.create();

  @AfterEach
  void release() {
    allocator.close();
  }

  @Test
  void tellsWhetherAPortIsFreeOrListenedOn() throws Exception {
    HeldPort port = allocator.hold();
    int number = port.number();
    assertThat(HealthCheck.free(number).check().reason()).contains("cannot be bound");
    // held, which is not listened on
    assertThat(HealthCheck.listening(number).check().healthy()).isFalse();
    assertThat(HealthCheck.tcp(number, ofMinutes(1)).check().healthy()).isFalse();

    port.offer();
    try (ServerSocket server = new ServerSocket(number)) {
      assertThat(HealthCheck.free(number).check().healthy()).isFalse();
      assertThat(HealthCheck.listening(number).check().healthy()).isTrue();
      assertThat(HealthCheck.tcp(number, ofMinutes(1)).check().healthy()).isTrue();
    }
    port.close();
    try (DatagramSocket udp = new DatagramSocket(number)) {
      assertThat(HealthCheck.listening(number).check().healthy()).isTrue();
    }
    assertThat(HealthCheck.listening(number).check().healthy()).isFalse();
  }

  @Test
  void asksByHttpForAStatus() throws Exception {
    HeldPort port = allocator.hold();
    port.offer();
    try (TestServer server = TestServer.start(port.number(), 503)) {
      URI uri = URI.create("http://localhost:" + port.number() + "/health");
      assertThat(HealthCheck.http(uri, 503, ofMinutes(1)).check().healthy()).isTrue();
      assertThat(HealthCheck.http(uri, 200, ofMinutes(1)).check().reason())
          .isEqualTo("GET " + uri + " answered 503, expected was 200");
    }
  }

  /** As Vite does where localhost is ::1 first. */
  @Test
  void findsAServerThatListensOnIpv6Only() throws Exception {
    Optional<InetAddress> ipv6 =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> address instanceof Inet6Address && address.isLoopbackAddress())
            .findFirst();
    if (ipv6.isEmpty()) {
      System.err.println(NO_IPV6); // Maven does not print why a test was skipped
    }
    assumeTrue(ipv6.isPresent(), NO_IPV6);
    HeldPort port = allocator.hold();
    int number = port.number();
    port.offer();
    HealthCheck check =
        HealthCheck.http(URI.create("http://localhost:" + number + "/?q"), 200, ofMinutes(1));
    try (TestServer server =
        TestServer.start(new InetSocketAddress(ipv6.orElseThrow(), number), 200)) {
      assertThat(check.check().reason())
          .isEqualTo("GET http://localhost:" + server.port() + "/?q answered 200");
    }
    assertThat(check.check().reason())
        .startsWith("GET http://localhost:" + number + "/?q failed: 127.0.0.1:" + number + ": ")
        .contains(", [::1]:" + number + ": ");
  }

  @Test
  void doesNotWaitForEverForAnAnswer() throws Exception {
    HeldPort port = allocator.hold();
    port.offer();
    try (ServerSocket silent = new ServerSocket(port.number())) {
      URI uri = URI.create("http://localhost:" + port.number() + "/");
      assertThat(HealthCheck.http(uri, 200, ofMillis(100)).check().reason())
          .isEqualTo("GET " + uri + " was not answered within 100 ms");
    }
  }

  /** Of events, of a log, of video: with a pause after the first one, or without any. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1 << 20})
  void takesTheStatusOfAnAnswerWithoutEnd(int chunk) throws Exception {
    try (EndlessServer server =
        EndlessServer.start(
            0,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n",
            new byte[chunk])) {
      URI uri = URI.create("http://localhost:" + server.port() + "/events");
      assertThat(HealthCheck.http(uri, 200, ofSeconds(ENOUGH_SECONDS)).check().reason())
          .isEqualTo("GET " + uri + " answered 200");
      assertThat(server.taken()).isLessThan(MUCH);
      assertThat(HealthCheck.http(uri, 204, ofSeconds(ENOUGH_SECONDS)).check().healthy()).isFalse();
      assertThat(server.taken()).isLessThan(MUCH);
    }
  }

  /** A status line, or a header, that does not end. */
  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n"})
  void readsNoHeadersWithoutEnd(String start) throws Exception {
    byte[] rest =
        (start.endsWith("\n") ? "A: b\r\n" : "x".repeat(6)).repeat(10_000).getBytes(UTF_8);
    try (EndlessServer server = EndlessServer.start(0, start, rest)) {
      URI uri = URI.create("http://localhost:" + server.port() + "/");
      assertThat(HealthCheck.http(uri, 200, ofSeconds(ENOUGH_SECONDS)).check().healthy()).isFalse();
      assertThat(server.takenSoFar()).isLessThan(MUCH);
    }
  }

  @Test
  void monitorTellsOfChanges() throws Exception {
    HeldPort port = allocator.hold();
    port.offer();
    BlockingQueue<HealthEvent> events = new LinkedBlockingQueue<>();
    CountDownLatch never = new CountDownLatch(1);
    HealthCheck hangs =
        () -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Health.of(false, "never");
        };
    HealthCheck fails =
        () -> {
          throw new IllegalStateException("no");
        };
    try (HealthMonitor monitor =
        HealthMonitor.start(
            Map.of("fails", fails, "hangs", hangs, "web", HealthCheck.listening(port.number())),
            ofMillis(5),
            event -> {
              if (event.service().equals("web")) {
                events.add(event);
              } else {
                throw new IllegalStateException("A listener that fails");
              }
            })) {
      assertThat(next(events).health().healthy()).isFalse();
      try (ServerSocket server = new ServerSocket(port.number())) {
        assertThat(next(events).health().reason()).contains("somebody listens");
        assertThat(monitor.health("web"))
            .hasValueSatisfying(its -> assertThat(its.healthy()).isTrue());
      }
      assertThat(next(events).health().healthy()).isFalse();
      assertThat(events).isEmpty();
      assertThat(monitor.health("hangs")).isEmpty();
      assertThat(monitor.health("fails").orElseThrow().reason())
          .isEqualTo("the check failed: java.lang.IllegalStateException: no");
    }
  }

  private static HealthEvent next(BlockingQueue<HealthEvent> events) throws InterruptedException {
    HealthEvent event = events.poll(ENOUGH_SECONDS, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return event;
  }

  @Test
  void checksTheServicesOfAPlanWhereverTheyAre(@TempDir Path directory) throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(3000);
    PortPlan plan =
        ports.plan(directory, "services: {web: {preferred: 3000, requires: http, health: /}}");
    BlockingQueue<HealthEvent> events = new LinkedBlockingQueue<>();
    try (PortAssignments its = plan.assign();
        HealthMonitor monitor = its.monitor(ofMillis(5), events::add)) {
      assertThat(its.health().values()).extracting(Health::healthy).containsExactly(false);
      assertThat(next(events).health().healthy()).isFalse();
      its.move("web");
      try (TestServer server = TestServer.start(its.offer("web"), 200)) {
        assertThat(server.port()).isNotEqualTo(ports.real(3000));
        assertThat(next(events).health().healthy()).isTrue();
      }
    }
  }

  @Test
  void anIntervalMustBeATime() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HealthMonitor.start(Map.of(), ofMillis(0), event -> {}));
  }
}
