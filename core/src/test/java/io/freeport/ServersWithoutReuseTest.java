package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Servers that cannot listen beside a hold by themselves, and processes that end. */
@EnabledOnOs(OS.LINUX)
class ServersWithoutReuseTest {

  private final List<PortEvent> events = new ArrayList<>();
  private final PortAllocator allocator =
      PortAllocator.builder()
          .handoff(HandoffMode.SHARED)
          .handoffTimeout(Duration.ofMinutes(2))
          .listener(events::add)
          .build();

  @AfterEach
  void release() {
    allocator.close();
  }

  private static ServerSocket listen(int port, boolean reuseAddress, boolean reusePort)
      throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.setReuseAddress(reuseAddress);
      server.setOption(StandardSocketOptions.SO_REUSEPORT, reusePort);
      server.bind(new InetSocketAddress(port));
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  @Test
  void theyFailBesideAnOfferedHold() {
    HeldPort port = allocator.hold("mina");
    port.offer();
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> listen(port.number(), false, false).close());
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> listen(port.number(), false, true).close());
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(() -> port.awaitTaken(Duration.ZERO))
        .withMessageEndingWith(
            " A server that does not set SO_REUSEADDR cannot listen beside this hold: start it by HeldPort.start(...), or ask for"
                + " handoff = HandoffMode.CLOSE_THEN_BIND.");
  }

  @Test
  void aRequestCanSayHowItIsHandedOver() throws IOException {
    HeldPort port =
        allocator.hold(
            PortRequest.named("mina").handoff(HandoffMode.CLOSE_THEN_BIND).keep().build());
    for (int start = 0; start < 2; start++) {
      port.offer();
      try (ServerSocket server = listen(port.number(), false, false)) {
        assertThat(port.confirm()).isTrue();
        assertThat(server.isBound()).isTrue();
      }
    }
  }

  @Test
  void reusePortLetsInWhoSetsThatOptionAlone() throws IOException {
    HeldPort port =
        allocator.hold(PortRequest.named("http").handoff(HandoffMode.REUSE_PORT).build());
    port.offer();
    assertThat(port.confirm()).isFalse();
    try (ServerSocket server = listen(port.number(), false, true)) {
      assertThat(port.confirm()).isTrue();
      assertThat(server.isBound()).isTrue();
    }
    port.reclaim();
    assertThatExceptionOfType(BindException.class)
        .as("the port is closed to others again")
        .isThrownBy(() -> listen(port.number(), true, true).close());
  }

  @Test
  void twoServersOnOnePortAreAnError() throws Exception {
    HeldPort port =
        allocator.hold(PortRequest.named("http").handoff(HandoffMode.REUSE_PORT).build());
    port.offer();
    Process stranger = ChildServer.start(port.number(), "reuse-port");
    try (ServerSocket server = listenBeside(port, stranger)) {
      assertThat(server.isBound()).isTrue();
      assertThatExceptionOfType(PortHandoffException.class)
          .isThrownBy(port::confirm)
          .withMessageStartingWith(
              "Port %d \"http\" (OFFERED): two servers listen on it, because both set SO_REUSEPORT,",
              port.number())
          .withMessageContaining("pid " + stranger.pid())
          .withMessageEndingWith(" Stop one of them.");
    } finally {
      stranger.destroyForcibly().waitFor();
    }
    assertThat(port.state()).isEqualTo(PortState.OFFERED);
  }

  /** Listens once the stranger does. */
  private static ServerSocket listenBeside(HeldPort port, Process stranger) throws IOException {
    while (!port.handover().isInUse()) {
      assertThat(stranger.isAlive()).isTrue();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    return listen(port.number(), false, true);
  }

  @Test
  void startFindsTheWayForAServerOfThisProcess() throws IOException {
    HeldPort port = allocator.hold("mina");
    for (int start = 0; start < 3; start++) {
      try (ServerSocket server = port.start(number -> listen(number, false, false))) {
        assertThat(server.getLocalPort()).isEqualTo(port.number());
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
      }
    }
    assertThat(events).extracting(PortEvent::type).doesNotContain(PortEvent.Type.STOLEN);
  }

  @Test
  void startFindsTheWayForAChildProcess() throws Exception {
    HeldPort port = allocator.hold("python");
    List<Process> started = new ArrayList<>();
    Process server =
        port.start(
            number -> {
              Process child = ChildServer.start(number, "no-reuse");
              started.add(child);
              return child;
            });
    assertThat(port.state()).isEqualTo(PortState.TAKEN);
    assertThat(started).as("beside the hold, and without it").hasSize(2).endsWith(server);
    assertThat(started.get(0).isAlive()).isFalse();
    server.destroyForcibly().waitFor();
  }

  @Test
  void startOnFindsTheWayForAChildProcess() throws Exception {
    StartedConsumer<Process> started =
        allocator.startOn(
            PortRequest.named("python").build(),
            port -> ChildServer.start(port.number(), "no-reuse"));
    assertThat(started.port().state()).isEqualTo(PortState.TAKEN);
    assertThat(events).extracting(PortEvent::type).doesNotContain(PortEvent.Type.STOLEN);
    started.consumer().destroyForcibly().waitFor();
  }

  /** The time limit is two minutes: the test would not end in time if the end was not noticed. */
  @Test
  void theEndOfAProcessIsNoticedAtOnce() {
    List<Integer> numbers = new ArrayList<>();
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(
            () ->
                allocator.startOn(
                    PortRequest.named("broken").build(),
                    port -> {
                      numbers.add(port.number());
                      return new ProcessBuilder("false").start();
                    }))
        .withMessageMatching(
            "Port \\d+ \"broken\" \\([A-Z]+\\): its process ended with status 1 and does not listen on it\\.");
    assertThat(numbers).as("beside the hold, and without it").hasSize(2);
    assertThat(numbers.get(1)).isEqualTo(numbers.get(0));
  }

  @Test
  void aProcessThatEndedWellIsNotStartedAgain() {
    List<Integer> numbers = new ArrayList<>();
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(
            () ->
                allocator.startOn(
                    PortRequest.named("script").build(),
                    port -> {
                      numbers.add(port.number());
                      return new ProcessBuilder("true").start();
                    }))
        .withMessageContaining("its process ended with status 0 and does not listen on it.");
    assertThat(numbers).hasSize(1);
  }

  /** A look at the port that binds it would be in the way of some. */
  @Test
  void theWaitForAConsumerIsInNobodysWay() throws Exception {
    for (int round = 0; round < 300; round++) {
      HeldPort port =
          allocator.hold(PortRequest.named("slow").handoff(HandoffMode.CLOSE_THEN_BIND).build());
      port.offer();
      long wait = ThreadLocalRandom.current().nextLong(3_000_000);
      CompletableFuture<ServerSocket> consumer =
          CompletableFuture.supplyAsync(
              () -> {
                LockSupport.parkNanos(wait);
                try {
                  return listen(port.number(), false, false);
                } catch (IOException e) {
                  throw new IllegalStateException("round of port " + port.number(), e);
                }
              });
      port.awaitTaken(Duration.ofMinutes(1));
      consumer.get().close();
      port.close();
    }
  }

  /** Their copies of sockets that were closed meanwhile are gone in a moment. */
  @Test
  void processesThatAreBeingStartedKeepNoPort() throws Exception {
    CompletableFuture<Void> spawning = CompletableFuture.runAsync(this::spawnUntilInterrupted);
    try {
      for (int round = 0; round < 200; round++) {
        try (HeldPort port = allocator.hold("x")) {
          port.offer();
          ServerSocket server = listen(port.number(), true, false);
          assertThat(port.confirm()).isTrue();
          server.close();
          port.reclaim();
          int number = port.number();
          port.close();
          allocator.hold(PortRequest.named("again").preferred(number).strict().build()).close();
        }
      }
      assertThat(spawning).isNotDone();
    } finally {
      isOver = true;
      spawning.join();
    }
    assertThat(events).extracting(PortEvent::type).doesNotContain(PortEvent.Type.STOLEN);
  }

  private volatile boolean isOver;

  private void spawnUntilInterrupted() {
    while (!isOver) {
      try {
        new ProcessBuilder("true").start().waitFor();
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
