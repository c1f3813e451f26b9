package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeldPortTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final PortAllocator allocator = PortAllocator.create();
  private final HeldPort port = allocator.hold("web");

  @AfterEach
  void releaseAll() {
    allocator.close();
  }

  @Nested
  class WhileHeld {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "::"})
    void nobodyElseBindsIt(String address) {
      InetSocketAddress here = new InetSocketAddress(address, port.number());
      assertThatExceptionOfType(BindException.class).isThrownBy(() -> listen(here));
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(() -> ServerSocketChannel.open().bind(here).close());
      assertThatExceptionOfType(BindException.class).isThrownBy(() -> bindExclusively(here));
    }

    @Test
    void connectionsAreRefused() {
      assertThatExceptionOfType(ConnectException.class)
          .isThrownBy(() -> new Socket(LOOPBACK, port.number()).close());
    }

    @Test
    void cannotBeConfirmed() {
      assertThatIllegalStateException()
          .isThrownBy(port::confirm)
          .withMessage(
              "Port %d \"web\" (HELD) was not offered, so nobody can listen on it. Call offer() before its consumer starts.",
              port.number());
    }
  }

  @Nested
  class WhileOffered {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "::"})
    void aServerListensBesideTheHold(String address) throws IOException {
      port.offer();
      try (ServerSocket server = listen(new InetSocketAddress(address, port.number()))) {
        assertThat(port.state()).isEqualTo(PortState.OFFERED);
        assertThat(server.getLocalPort()).isEqualTo(port.number());
        assertThat(port.confirm()).isTrue();
      }
    }

    @Test
    void anExclusiveBindFails() {
      port.offer();
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(() -> bindExclusively(new InetSocketAddress(port.number())));
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
    }

    @Test
    void theWaitForItsConsumerIsBounded() {
      port.offer();
      assertThatExceptionOfType(PortHandoffException.class)
          .isThrownBy(() -> port.awaitTaken(Duration.ofMillis(20)))
          .withMessage(
              "Port %d \"web\" (OFFERED): nobody listened on it within 20 ms. Does its consumer use this number, and does it run"
                  + " on this host, in this network namespace?",
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
                port.awaitTaken(Duration.ofSeconds(30));
              });
      waiting.await();
      try (ServerSocket server = listen(new InetSocketAddress(port.number()))) {
        taken.join();
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
        assertThat(server.isBound()).isTrue();
      }
    }
  }

  @Nested
  class WhenTaken {

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
    void itIsHeldAgainForTheConsumersNextStart() throws IOException {
      InetSocketAddress here = new InetSocketAddress(LOOPBACK, port.number());
      port.offer();
      try (ServerSocket first = listen(here);
          Socket client = new Socket(LOOPBACK, port.number());
          Socket accepted = first.accept()) {
        port.confirm();
        accepted.close(); // the server's side closes first, so the port goes through TIME_WAIT
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      assertThatExceptionOfType(BindException.class)
          .as("an exclusive bind while connections are in TIME_WAIT")
          .isThrownBy(() -> bindExclusively(here));

      port.offer();

      assertThat(port.state()).isEqualTo(PortState.OFFERED);
      try (ServerSocket second = listen(here)) {
        assertThat(port.confirm()).isTrue();
        assertThat(second.isBound()).isTrue();
      }
    }

    @Test
    void itCannotBeHeldAgainWhileSomebodyListens() throws IOException {
      port.offer();
      try (ServerSocket server = listen(new InetSocketAddress(port.number()))) {
        port.confirm();
        assertThatExceptionOfType(PortUnavailableException.class)
            .isThrownBy(port::offer)
            .withMessage(
                "Cannot hold Port %d \"web\" (TAKEN) again: somebody has it. Stop its former consumer first; if that has ended,"
                    + " another process took the port.",
                server.getLocalPort());
      }
    }
  }

  @Nested
  class OnceReleased {

    @Test
    void anybodyCanHaveIt() {
      port.close();
      assertThat(port.state()).isEqualTo(PortState.RELEASED);
      assertThatNoException()
          .isThrownBy(() -> bindExclusively(new InetSocketAddress(port.number())));
    }

    @Test
    void releasingItAgainDoesNothing() {
      port.close();
      port.close();
      assertThat(port.state()).isEqualTo(PortState.RELEASED);
    }

    @Test
    void itCannotBeUsed() {
      port.close();
      assertThatIllegalStateException()
          .isThrownBy(port::offer)
          .withMessage(
              "Port %d \"web\" (RELEASED) cannot be offered any more. It was released with its scope, or by close(); use it before"
                  + " that, or hold another one.",
              port.number());
      assertThatIllegalStateException()
          .isThrownBy(port::confirm)
          .withMessageContaining("cannot be confirmed any more");
      assertThatIllegalStateException().isThrownBy(() -> port.awaitTaken(Duration.ofSeconds(1)));
    }

    @Test
    void itStillTellsNumberAndName() {
      int number = port.number();
      port.close();
      assertThat(port.number()).isEqualTo(number);
      assertThat(port.name()).isEqualTo("web");
    }
  }

  @Test
  void releaseByManyThreadsHappensOnce() {
    Stream.generate(() -> CompletableFuture.runAsync(port::close))
        .limit(16)
        .toList()
        .forEach(CompletableFuture::join);
    assertThat(port.state()).isEqualTo(PortState.RELEASED);
  }

  private static ServerSocket listen(InetSocketAddress address) throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.bind(address);
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private static void bindExclusively(InetSocketAddress address) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(false);
      socket.bind(address);
    }
  }
}
