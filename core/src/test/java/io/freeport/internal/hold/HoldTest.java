package io.freeport.internal.hold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.Protocol;
import io.freeport.internal.os.SocketTable;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds beside servers, and on systems that have no guard. */
@EnabledOnOs(OS.LINUX)
class HoldTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int HOLDS_BESIDE_A_THIEF = 200;
  private static final int LONGEST_PAUSE_NANOS = 120_000;

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

  private boolean hasListener() throws IOException {
    return !SocketTable.listeners(null, port).isEmpty();
  }

  /** The control: a look before the option is cleared is too early. */
  @Test
  void aServerListensBetweenALookAndTheEndOfSharing() throws IOException {
    InetSocketAddress everywhere = new InetSocketAddress(port);
    leaveInTimeWait();
    try (Guard guard = Guard.take(port)) {
      guard.open();
      try (SocketChannel hold = BoundSockets.bindTcp(everywhere, true)) {
        BoundSockets.bindTcp(everywhere, true).close();
        try (ServerSocket server = new ServerSocket(port)) {
          hold.setOption(StandardSocketOptions.SO_REUSEADDR, false);
          assertThat(server.isBound()).isTrue();
          assertThat(hasListener()).isTrue();
        }
      }
    }
  }

  /** So a socket of ours listens while the option is cleared. */
  @Test
  void nobodyListensBeforeOrAfterTheEndOfSharing() throws IOException {
    InetSocketAddress everywhere = new InetSocketAddress(port);
    leaveInTimeWait();
    try (Guard guard = Guard.take(port)) {
      guard.open();
      try (SocketChannel hold = BoundSockets.bindTcp(everywhere, true)) {
        ServerSocketChannel only = BoundSockets.listen(everywhere);
        assertThatExceptionOfType(BindException.class)
            .isThrownBy(() -> new ServerSocket(port).close());
        hold.setOption(StandardSocketOptions.SO_REUSEADDR, false);
        only.close();
        assertThatExceptionOfType(BindException.class)
            .isThrownBy(() -> new ServerSocket(port).close());
      }
    }
  }

  @Test
  void noHoldIsBesideAServerThatIsFast() throws Exception {
    leaveInTimeWait();
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicBoolean listens = new AtomicBoolean();
    CompletableFuture<Void> thief =
        CompletableFuture.runAsync(() -> listenAgainAndAgain(isOver, listens));
    try {
      for (int held = 0; held < HOLDS_BESIDE_A_THIEF; ) {
        assertThat(thief).isNotDone();
        listens.set(false); // so the thief stops listening, and tries again after a while
        Hold hold = tryToHold();
        if (hold != null) {
          boolean isBesideServer = hasListener();
          hold.close();
          assertThat(isBesideServer).as("hold %d is beside a server", held).isFalse();
          held++;
        }
      }
    } finally {
      isOver.set(true);
      thief.join();
    }
  }

  private @Nullable Hold tryToHold() throws IOException {
    try {
      return Hold.exclusiveDespiteTimeWait(Protocol.TCP, null, port);
    } catch (BindException theThiefHasIt) {
      return null;
    }
  }

  private void listenAgainAndAgain(AtomicBoolean isOver, AtomicBoolean listens) {
    for (int pause = 0; !isOver.get(); pause = (pause + 20_000) % LONGEST_PAUSE_NANOS) {
      try (ServerSocket server = new ServerSocket(port)) {
        listens.set(server.isBound());
        while (listens.get() && !isOver.get()) {
          Thread.onSpinWait();
        }
      } catch (IOException held) {
        Thread.onSpinWait();
      }
      LockSupport.parkNanos(1 + pause);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void ofOneAddressAndOfAllThereIsOneOnly(String host) throws IOException {
    leaveInTimeWait();
    InetAddress one = InetAddress.getByName(host);
    assertFirstExcludesSecond(one, null);
    assertFirstExcludesSecond(null, one);
    assertFirstExcludesSecond(one, one);
  }

  private void assertFirstExcludesSecond(@Nullable InetAddress first, @Nullable InetAddress second)
      throws IOException {
    Hold hold = Hold.anyExclusive(Protocol.TCP, first, port);
    try {
      for (int step = 0; step < 2; step++) {
        assertThatExceptionOfType(BindException.class)
            .isThrownBy(() -> Hold.anyExclusive(Protocol.TCP, second, port).close());
        assertThat(hold.offer(HandoffMode.SHARED)).isTrue();
      }
    } finally {
      hold.close();
    }
  }

  /** As JVMs of a build have it. */
  @Test
  void aSharedHoldOfOneAddressLeavesAMark() throws IOException {
    Hold first = Hold.shared(LOOPBACK, port);
    Hold second = Hold.shared(LOOPBACK, port);
    first.close();
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> Hold.anyExclusive(Protocol.TCP, null, port).close());
    second.close();
    Hold.anyExclusive(Protocol.TCP, null, port).close();
  }

  /** The mark cannot be left, so the number counts as taken, and the search goes on. */
  @Test
  void aServerOnAllIpv4AddressesExcludesAHoldOnOneIpv6Address() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET);
        PortAllocator allocator = PortAllocator.create()) {
      server.bind(new InetSocketAddress("0.0.0.0", port));
      HeldPort other =
          allocator.hold(
              PortRequest.named("six")
                  .address(InetAddress.getAllByName("::1")[0])
                  .preferred(port)
                  .build());
      assertThat(other.number()).isNotEqualTo(port);
    }
  }

  /** As on macOS, where an address of the loopback network has to be set up to be used. */
  @Test
  void whereTheGuardHasNoAddressOneAddressCanBeHeld() throws Exception {
    String setUp =
        "ip address add 127.0.0.1/32 dev lo && ip link set lo up && ip address del 127.0.0.1/8 dev lo";
    assumeTrue(
        new ProcessBuilder("unshare", "--net", "sh", "-c", setUp).start().waitFor() == 0,
        "needs root, unshare and ip");
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            List.of("unshare", "--net", "sh", "-c", setUp + " && exec \"$@\"", "sh"),
            List.of(),
            ChildJvm.classPath(),
            HoldsOneAddress.class)) {
      assertThat(child.readToEnd())
          .containsExactly("guard: false", "held: true", "offered: true", "in TIME_WAIT: refused");
      assertThat(child.waitFor()).isZero();
    }
  }

  static final class HoldsOneAddress {
    private HoldsOneAddress() {}

    public static void main(String[] args) throws IOException {
      HoldTest test = new HoldTest();
      System.out.println("guard: " + Guard.isSupported());
      Hold hold = Hold.exclusive(Protocol.TCP, LOOPBACK, test.port);
      System.out.println("held: " + !hold.isShared());
      System.out.println("offered: " + hold.offer(HandoffMode.SHARED));
      hold.close();
      test.leaveInTimeWait();
      try {
        Hold.anyExclusive(Protocol.TCP, null, test.port).close();
        System.out.println("in TIME_WAIT: held");
      } catch (BindException refused) {
        System.out.println("in TIME_WAIT: refused");
      }
    }
  }
}
