package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.freeport.internal.hold.Hold;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.search.FoundPort;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a port does in every mode. The subclasses add what is different. */
abstract class HandoffContract {

  static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  final List<PortEvent> events = new CopyOnWriteArrayList<>();
  final PortAllocator allocator;
  final HeldPort port;

  HandoffContract(HandoffMode mode) {
    allocator =
        PortAllocator.builder()
            .handoff(mode)
            .handoffTimeout(Duration.ofMinutes(2))
            .listener(events::add)
            .build();
    port = allocator.hold("web");
  }

  @BeforeEach
  void startsHeld() {
    assertThat(port.state()).isEqualTo(PortState.HELD);
  }

  @AfterEach
  void releaseAll() {
    allocator.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "::"})
  void nobodyElseBindsAHeldPort(String address) {
    InetSocketAddress here = new InetSocketAddress(address, port.number());
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> listen(here));
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> ServerSocketChannel.open().bind(here).close());
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> bindExclusively(here));
  }

  @Test
  void connectionsToAHeldPortAreRefused() {
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> new Socket(LOOPBACK, port.number()).close());
  }

  @Test
  void aHeldPortCannotBeConfirmed() {
    assertThatIllegalStateException()
        .isThrownBy(port::confirm)
        .withMessage(
            "Port %d \"web\" (HELD) was not offered, so nobody can listen on it. Call offer() before its consumer starts.",
            port.number());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "::"})
  void aServerListensOnAnOfferedPort(String address) throws IOException {
    port.offer();
    try (ServerSocket server = listen(new InetSocketAddress(address, port.number()))) {
      assertThat(server.getLocalPort()).isEqualTo(port.number());
      assertThat(port.confirm()).isTrue();
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
    }
  }

  @Test
  void isNotConfirmedBeforeAnybodyListens() {
    port.offer();
    assertThat(port.confirm()).isFalse();
    assertThat(port.state()).isEqualTo(PortState.OFFERED);
  }

  @Test
  void offeringItAgainChangesNothing() {
    port.offer();
    port.offer();
    assertThat(port.state()).isEqualTo(PortState.OFFERED);
    assertThat(events)
        .extracting(PortEvent::type)
        .containsExactly(PortEvent.Type.HELD, PortEvent.Type.OFFERED);
  }

  @Test
  void theWaitForItsConsumerIsBounded() {
    port.offer();
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(() -> port.awaitTaken(Duration.ofMillis(20)))
        .withMessageStartingWith(
            "Port %d \"web\" (OFFERED): nobody listened on it within 20 ms. Does its consumer use this number, and does it run on this"
                + " host, in this network namespace?",
            port.number());
    assertThat(port.state()).isEqualTo(PortState.OFFERED);
  }

  @Test
  void theWaitEndsWhenTheConsumerListens() throws Exception {
    port.offer();
    CountDownLatch waiting = new CountDownLatch(1);
    CompletableFuture<Void> taken =
        CompletableFuture.runAsync(
            () -> {
              waiting.countDown();
              port.awaitTaken(Duration.ofMinutes(2));
            });
    waiting.await();
    try (ServerSocket server = listen(new InetSocketAddress(port.number()))) {
      taken.join();
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
      assertThat(server.isBound()).isTrue();
    }
  }

  @Test
  void trafficIsNotDisturbedByLettingGo() throws IOException {
    port.offer();
    try (ServerSocket server = listen(new InetSocketAddress(LOOPBACK, port.number()));
        Socket before = new Socket(LOOPBACK, port.number());
        Socket accepted = server.accept()) {
      assertThat(port.confirm()).isTrue();
      before.getOutputStream().write(42);
      assertThat(accepted.getInputStream().read()).isEqualTo(42);
      try (Socket after = new Socket(LOOPBACK, port.number())) {
        assertThat(after.isConnected()).isTrue();
      }
    }
  }

  @Test
  void theConsumerHasItAlone() throws IOException {
    InetSocketAddress here = new InetSocketAddress(port.number());
    port.offer();
    try (ServerSocket server = listen(here)) {
      port.confirm();
      assertThat(port.confirm()).as("a second confirmation").isTrue();
      server.close();
      assertThatNoException().isThrownBy(() -> bindExclusively(here));
    }
  }

  @Test
  void itIsReclaimedAfterItsConsumerHasStopped() throws IOException {
    InetSocketAddress here = new InetSocketAddress(LOOPBACK, port.number());
    port.offer();
    try (ServerSocket server = listen(here)) {
      port.confirm();
      assertThat(server.isBound()).isTrue();
    }
    port.reclaim();

    assertThat(port.state()).isEqualTo(PortState.HELD);
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> listen(here));
    assertThat(events)
        .extracting(PortEvent::type)
        .containsExactly(
            PortEvent.Type.HELD,
            PortEvent.Type.OFFERED,
            PortEvent.Type.TAKEN,
            PortEvent.Type.RECLAIMED);
  }

  @Test
  void itIsReclaimedDespiteTimeWait() throws IOException {
    InetSocketAddress here = new InetSocketAddress(LOOPBACK, port.number());
    takeAndLeaveTimeWait(here);
    assertThatExceptionOfType(BindException.class)
        .as("an exclusive bind while connections are in TIME_WAIT")
        .isThrownBy(() -> bindExclusively(here));

    port.reclaim();

    assertThat(port.state()).isEqualTo(PortState.HELD);
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> bindExclusively(here));
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> listen(here));
    port.offer();
    try (ServerSocket second = listen(here)) {
      assertThat(port.confirm()).isTrue();
      assertThat(second.isBound()).isTrue();
    }
  }

  @Test
  void offeringATakenPortReclaimsIt() throws IOException {
    InetSocketAddress here = new InetSocketAddress(LOOPBACK, port.number());
    takeAndLeaveTimeWait(here);
    port.offer();
    assertThat(port.state()).isEqualTo(PortState.OFFERED);
    try (ServerSocket second = listen(here)) {
      assertThat(port.confirm()).isTrue();
      assertThat(second.isBound()).isTrue();
    }
  }

  private void takeAndLeaveTimeWait(InetSocketAddress here) throws IOException {
    port.offer();
    try (ServerSocket first = listen(here);
        Socket client = new Socket(LOOPBACK, port.number());
        Socket accepted = first.accept()) {
      port.confirm();
      accepted.close(); // the server's side closes first, so it is the one that waits
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void itCannotBeReclaimedWhileSomebodyListens() throws IOException {
    port.offer();
    try (ServerSocket server = listen(new InetSocketAddress(port.number()))) {
      port.confirm();
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(port::reclaim)
          .withMessageStartingWith(
              "Cannot hold Port %1$d \"web\" (TAKEN) again. Stop its former consumer first; if that has ended, another process took"
                  + " the port. Port %1$d is taken by java (pid ",
              server.getLocalPort());
      assertThat(events)
          .as("our own consumer is no thief")
          .extracting(PortEvent::type)
          .doesNotContain(PortEvent.Type.STOLEN);
    }
    port.reclaim();
  }

  @Test
  void itCannotBeReclaimedBesideAnotherOwnersOfferedHold() throws IOException {
    InetSocketAddress here = new InetSocketAddress(LOOPBACK, port.number());
    takeAndLeaveTimeWait(here);
    PortRequest same = PortRequest.named("other").usedBy("OtherTest").build();
    try (HeldPort other = holdBesideTimeWait(same, here)) {
      other.offer();
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(port::reclaim)
          .withMessageContaining("is taken by the FreePort hold of");
    }
  }

  /** As a server would that stood there before: it is not kept out by TIME_WAIT. */
  private static HeldPort holdBesideTimeWait(PortRequest same, InetSocketAddress here)
      throws IOException {
    FoundPort found =
        FoundPort.enter(
            OwnerRegistry.of(Settings.ofThisJvm()),
            same,
            here.getPort(),
            PortTier.PREFERRED,
            Hold.shared(null, here.getPort()),
            PortState.HELD);
    HeldPort other = HeldPorts.of(same, found, HandoffMode.SHARED, LeakPolicy.IGNORE);
    assertThat(other.state()).isEqualTo(PortState.HELD);
    return other;
  }

  @Test
  void listenersAreToldWithoutTheLock() throws Exception {
    List<PortState> seen = new CopyOnWriteArrayList<>();
    HeldPort[] watched = new HeldPort[1];
    try (PortAllocator curious =
        PortAllocator.builder()
            .handoff(allocator.handoffMode())
            .listener(
                event -> {
                  HeldPort held = watched[0];
                  if (held != null) {
                    seen.add(
                        CompletableFuture.supplyAsync(held::state)
                            .orTimeout(2, TimeUnit.MINUTES)
                            .join());
                  }
                })
            .build()) {
      HeldPort held = curious.hold();
      watched[0] = held;
      held.offer();
      try (ServerSocket server = listen(held.socketAddress())) {
        held.confirm();
        assertThatExceptionOfType(PortUnavailableException.class).isThrownBy(held::reclaim);
        assertThat(server.isBound()).isTrue();
      }
      held.close();
    }
    assertThat(seen).containsSubsequence(PortState.OFFERED, PortState.TAKEN, PortState.RELEASED);
  }

  /**
   * The server asks for the state when the leak check connects to it. It may come to that too late,
   * when the port is released; with a lock it always would.
   */
  @Test
  void aLeakIsLookedForWithoutTheLock() throws Exception {
    List<PortState> seen = new CopyOnWriteArrayList<>();
    port.close();
    for (int i = 0; i < 200 && !seen.contains(PortState.TAKEN); i++) {
      HeldPort next = allocator.hold();
      next.offer();
      try (ServerSocket server = listen(next.socketAddress())) {
        next.confirm();
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> accepting =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    while (true) {
                      server.accept().close();
                      seen.add(next.state());
                      asked.countDown();
                    }
                  } catch (IOException closed) {
                    // the end
                  }
                });
        next.close();
        assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
        server.close();
        accepting.join();
      }
      assertThat(next.state()).isEqualTo(PortState.RELEASED);
    }
    assertThat(seen).contains(PortState.TAKEN);
  }

  @Test
  void onlyATakenPortCanBeReclaimed() {
    assertThatIllegalStateException()
        .isThrownBy(port::reclaim)
        .withMessage(
            "Port %d \"web\" (HELD) is held anyway. Reclaim it after its consumer took it and has stopped.",
            port.number());
  }

  @Test
  void anybodyCanHaveAReleasedPort() {
    port.close();
    assertThat(port.state()).isEqualTo(PortState.RELEASED);
    assertThatNoException().isThrownBy(() -> bindExclusively(new InetSocketAddress(port.number())));
  }

  @Test
  void releasingItAgainDoesNothing() {
    port.close();
    port.close();
    assertThat(events)
        .extracting(PortEvent::type)
        .containsExactly(PortEvent.Type.HELD, PortEvent.Type.RELEASED);
  }

  @Test
  void aReleasedPortCannotBeUsedButStillTellsNumberAndName() {
    int number = port.number();
    port.close();
    assertThatIllegalStateException()
        .isThrownBy(port::offer)
        .withMessage(
            "Port %d \"web\" (RELEASED) cannot be offered any more. It was released with its scope, or by close(); use it before that,"
                + " or hold another one.",
            number);
    assertThatIllegalStateException()
        .isThrownBy(port::confirm)
        .withMessageContaining("cannot be confirmed any more");
    assertThatIllegalStateException()
        .isThrownBy(port::reclaim)
        .withMessageContaining("cannot be reclaimed any more");
    assertThatIllegalStateException().isThrownBy(() -> port.awaitTaken(Duration.ofSeconds(1)));
    assertThat(port.number()).isEqualTo(number);
    assertThat(port.name()).isEqualTo("web");
  }

  @Test
  void releaseByManyThreadsHappensOnce() {
    Stream.generate(() -> CompletableFuture.runAsync(port::close))
        .limit(16)
        .toList()
        .forEach(CompletableFuture::join);
    assertThat(events).filteredOn(event -> event.type() == PortEvent.Type.RELEASED).hasSize(1);
  }

  @Test
  void aUdpPortIsHeldAloneAndThenLetGoOf() throws IOException {
    HeldPort dns = allocator.hold(PortRequest.named("dns").protocol(Protocol.UDP).build());
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> new DatagramSocket(dns.number()).close());
    dns.offer();
    assertThat(dns.confirm()).isFalse();
    try (DatagramSocket server = new DatagramSocket(dns.number())) {
      assertThat(dns.confirm()).isTrue();
      assertThat(server.isBound()).isTrue();
    }
    dns.reclaim();
    assertThat(dns.state()).isEqualTo(PortState.HELD);
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> new DatagramSocket(dns.number()).close());
  }

  @Test
  void aUdpPortOfOneAddressIsNotConfirmedByAnother() throws IOException {
    HeldPort dns =
        allocator.hold(PortRequest.named("dns").protocol(Protocol.UDP).address(LOOPBACK).build());
    dns.offer();
    InetAddress another = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
    try (DatagramSocket elsewhere = new DatagramSocket(dns.number(), another)) {
      assertThat(dns.confirm()).isFalse();
      try (DatagramSocket server = new DatagramSocket(dns.number(), LOOPBACK)) {
        assertThat(dns.confirm()).isTrue();
        assertThat(List.of(server.isBound(), elsewhere.isBound())).containsOnly(true);
      }
    }
  }

  @Test
  void oneNumberForTcpAndUdp() throws IOException {
    HeldPort dns = allocator.hold(PortRequest.named("dns").protocol(Protocol.TCP_AND_UDP).build());
    InetSocketAddress here = new InetSocketAddress(dns.number());
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> new DatagramSocket(dns.number()).close());
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> listen(here));
    dns.offer();
    try (DatagramSocket udp = new DatagramSocket(dns.number())) {
      assertThat(dns.confirm()).as("UDP alone").isFalse();
      try (ServerSocket tcp = listen(here)) {
        assertThat(dns.confirm()).as("both").isTrue();
        assertThat(List.of(udp.isBound(), tcp.isBound())).containsOnly(true);
      }
    }
  }

  @Test
  void startOnHandsOverToAServer() throws IOException {
    StartedConsumer<ServerSocket> started =
        allocator.startOn(PortRequest.any(), held -> listen(held.socketAddress()));
    try (ServerSocket server = started.consumer()) {
      assertThat(started.port().state()).isEqualTo(PortState.TAKEN);
      assertThat(server.getLocalPort()).isEqualTo(started.port().number());
    }
  }

  @Test
  void startOnHandsOverToAServerThatDoesNotShare() throws IOException {
    StartedConsumer<ServerSocket> started =
        allocator.startOn(
            PortRequest.named("").preferred(port.number() + 1).build(),
            held -> {
              ServerSocket server = new ServerSocket();
              server.setReuseAddress(false);
              try {
                server.bind(held.socketAddress());
                return server;
              } catch (IOException e) {
                server.close();
                throw e;
              }
            });
    started.consumer().close();
    assertThat(started.port().state()).isEqualTo(PortState.TAKEN);
    assertThat(events).extracting(PortEvent::type).doesNotContain(PortEvent.Type.STOLEN);
  }

  @Test
  void startOnGivesUpOnOtherFailuresAtOnce() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                allocator.startOn(
                    PortRequest.any(),
                    held -> {
                      throw new IllegalStateException("bad configuration");
                    }))
        .withMessage("bad configuration");
    assertThat(events)
        .extracting(PortEvent::type)
        .endsWith(PortEvent.Type.HELD, PortEvent.Type.OFFERED, PortEvent.Type.RELEASED);
  }

  @Test
  void startOnIsNotMisledByABindOfSomethingElse() {
    List<Integer> tried = new CopyOnWriteArrayList<>();
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(
            () ->
                allocator.startOn(
                    PortRequest.any(),
                    held -> {
                      tried.add(held.number());
                      throw new BindException("of the management port");
                    }))
        .withMessage("of the management port");
    assertThat(tried.stream().distinct()).as("only beside the hold and without it").hasSize(1);
    assertThat(events).extracting(PortEvent::type).doesNotContain(PortEvent.Type.STOLEN);
  }

  @Test
  void startOnReleasesThePortWhateverFails() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(
            () ->
                allocator.startOn(
                    PortRequest.any(),
                    held -> {
                      throw new AssertionError("on purpose");
                    }));
    assertThat(events).last().extracting(PortEvent::type).isEqualTo(PortEvent.Type.RELEASED);
  }

  @Test
  void startOnStopsAConsumerThatDoesNotTakeItsPort() {
    CountDownLatch closed = new CountDownLatch(1);
    try (PortAllocator impatient =
        PortAllocator.builder()
            .handoff(allocator.handoffMode())
            .handoffTimeout(Duration.ofMillis(10))
            .build()) {
      AutoCloseable idle = closed::countDown;
      assertThatExceptionOfType(PortHandoffException.class)
          .isThrownBy(() -> impatient.startOn(PortRequest.any(), held -> idle));
      assertThat(closed.getCount()).isZero();
    }
  }

  @Test
  void startOnSeesThatAProcessHasEndedWhileAnotherHasItsPort() throws Exception {
    List<ServerSocket> thieves = new CopyOnWriteArrayList<>();
    StartedConsumer<Process> started =
        allocator.startOn(
            PortRequest.any(),
            held -> {
              if (thieves.isEmpty()) {
                thieves.add(listen(held.socketAddress()));
                Process ended = new ProcessBuilder("false").start();
                ended.onExit().join();
                return ended;
              }
              return ChildServer.start(held.number());
            });
    assertThat(started.port().number()).isNotEqualTo(thieves.get(0).getLocalPort());
    assertThat(started.port().state()).isEqualTo(PortState.TAKEN);
    assertThat(events).extracting(PortEvent::type).containsOnlyOnce(PortEvent.Type.STOLEN);
    started.consumer().destroyForcibly().waitFor();
    for (ServerSocket thief : thieves) {
      thief.close();
    }
  }

  static ServerSocket listen(InetSocketAddress address) throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.bind(address);
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  static void bindExclusively(InetSocketAddress address) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(false);
      socket.bind(address);
    }
  }
}
