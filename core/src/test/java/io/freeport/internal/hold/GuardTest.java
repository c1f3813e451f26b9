package io.freeport.internal.hold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.freeport.HandoffMode;
import io.freeport.PortAllocator;
import io.freeport.Protocol;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the kernel makes of the guard, step by step. Each step may be one of another JVM. */
@EnabledOnOs(OS.LINUX)
class GuardTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final int port = freePort();

  private static int freePort() {
    try (PortAllocator allocator = PortAllocator.create()) {
      return allocator.hold().number();
    }
  }

  private void leaveInTimeWait() throws IOException {
    try (ServerSocket server = new ServerSocket(port, 1, LOOPBACK);
        Socket client = new Socket(LOOPBACK, port);
        Socket accepted = server.accept()) {
      accepted.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private void assertNobodyElseGetsIt() {
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> Guard.take(port).close());
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> Hold.anyExclusive(Protocol.TCP, null, port).close());
  }

  @Test
  void linuxIsCapableOfIt() throws IOException {
    assertThat(Guard.isSupported()).isTrue();
  }

  @Test
  void itIsToBeHadBesideFormerConnections() throws IOException {
    leaveInTimeWait();
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> Hold.exclusive(Protocol.TCP, null, port).close());
    try (Guard guard = Guard.take(port)) {
      guard.open();
    }
  }

  @Test
  void itIsNotToBeHadBesideAHoldWhateverThatIs() throws IOException {
    Hold hold = Hold.exclusive(Protocol.TCP, null, port);
    assertNobodyElseGetsIt();
    for (HandoffMode mode : new HandoffMode[] {HandoffMode.SHARED, HandoffMode.REUSE_PORT}) {
      assertThat(hold.offer(mode)).isTrue();
      assertNobodyElseGetsIt();
    }
    hold.close();
    assertThatNoException().isThrownBy(() -> Guard.take(port).close());
  }

  @Test
  void itIsNotToBeHadBesideAHoldThatOutlivedFormerConnections() throws IOException {
    leaveInTimeWait();
    Hold hold = Hold.anyExclusive(Protocol.TCP, null, port);
    assertNobodyElseGetsIt();
    assertThat(hold.offer(HandoffMode.SHARED)).isTrue();
    assertNobodyElseGetsIt();
    assertThat(hold.closeToOthers()).isTrue();
    assertNobodyElseGetsIt();
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> new ServerSocket(port).close());
    hold.close();
  }

  /** It is a lock as long as it is there, also when it is open for its holder's own bind. */
  @Test
  void onlyOneHasIt() throws IOException {
    leaveInTimeWait();
    try (Guard guard = Guard.take(port)) {
      assertNobodyElseGetsIt();
      guard.open();
      assertNobodyElseGetsIt();
      try (SocketChannel hold = BoundSockets.bindTcp(new InetSocketAddress(port), true)) {
        assertThat(hold.isOpen()).isTrue();
        assertNobodyElseGetsIt();
      }
    }
    assertThatNoException().isThrownBy(() -> Guard.take(port).close());
  }

  /** Of another FreePort, offered or not: the guard alone does not see it. */
  @Test
  void aHoldOnOneAddressLeavesAMark() throws IOException {
    Hold single = Hold.exclusive(Protocol.TCP, LOOPBACK, port);
    for (int step = 0; step < 2; step++) {
      try (Guard guard = Guard.take(port)) {
        assertThatExceptionOfType(BindException.class).isThrownBy(guard::open);
      }
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(() -> Hold.anyExclusive(Protocol.TCP, null, port).close());
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(() -> Hold.anyExclusive(Protocol.TCP, LOOPBACK, port).close());
      assertThat(single.offer(HandoffMode.SHARED)).isTrue();
    }
    single.close();
    try (Guard guard = Guard.take(port)) {
      guard.open();
    }
  }

  /**
   * One is between its steps when another one binds the same number on a single address. The second
   * cannot offer its port before it has left its mark, and has to wait for that.
   */
  @Test
  void aHoldOnOneAddressWaitsForTheGuard() throws Exception {
    leaveInTimeWait();
    InetAddress other = InetAddress.getByName("127.0.0.7");
    CompletableFuture<Hold> single;
    try (Guard guard = Guard.take(port)) {
      guard.open();
      single =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return Hold.exclusive(Protocol.TCP, other, port);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      while (isFree(other)) {
        LockSupport.parkNanos(100_000);
      }
      assertThatExceptionOfType(BindException.class)
          .as("the bind of the first, beside the exclusive socket of the second")
          .isThrownBy(() -> BoundSockets.bindTcp(new InetSocketAddress(port), true).close());
      assertThat(single).isNotDone();
    }
    single.get().close();
  }

  private boolean isFree(InetAddress address) throws IOException {
    try {
      BoundSockets.bindTcp(new InetSocketAddress(address, port), true).close();
      return true;
    } catch (BindException bound) {
      return false;
    }
  }

  @Test
  void aListenerKeepsEverybodyOut() throws IOException {
    for (String host : List.of("127.0.0.2", "::1")) {
      try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getByName(host))) {
        assertThat(server.isBound()).isTrue();
        assertThatExceptionOfType(BindException.class)
            .isThrownBy(() -> Hold.anyExclusive(Protocol.TCP, null, port).close());
      }
    }
  }

  @Test
  void whatFailsLeavesNoSocketBehind() throws IOException {
    leaveInTimeWait();
    try (DatagramSocket udp = new DatagramSocket(port)) {
      assertThat(udp.isBound()).isTrue();
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(() -> Hold.anyExclusive(Protocol.TCP_AND_UDP, null, port).close());
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(() -> Hold.anyExclusive(Protocol.TCP_AND_UDP, LOOPBACK, port).close());
    }
    Hold.anyExclusive(Protocol.TCP_AND_UDP, null, port).close();
  }
}
