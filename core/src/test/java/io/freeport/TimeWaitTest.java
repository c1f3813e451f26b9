package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server of the former test closed its connections first, so the port is in TIME_WAIT. */
@EnabledOnOs(OS.LINUX)
class TimeWaitTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final PortAllocator allocator = PortAllocator.create();

  @AfterEach
  void release() {
    allocator.close();
  }

  private static void serveOneConnection(ServerSocket server) throws IOException {
    try (server;
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      accepted.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static ServerSocket server(int port) throws IOException {
    return new ServerSocket(port, 1, LOOPBACK);
  }

  /** Returns a number that an exclusive bind cannot have for a minute. */
  private int inTimeWait() throws IOException {
    try (HeldPort port = allocator.hold()) {
      port.offer();
      serveOneConnection(server(port.number()));
      int number = port.number();
      port.close();
      assertThatExceptionOfType(BindException.class).isThrownBy(() -> bindExclusively(number));
      return number;
    }
  }

  private static void bindExclusively(int port) throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(false);
      server.bind(new InetSocketAddress(port));
    }
  }

  @Test
  void aPreferredNumberIsAvailableAgainAndHeldExclusively() throws IOException {
    int number = inTimeWait();
    for (int test = 0; test < 3; test++) {
      try (HeldPort port = allocator.hold(PortRequest.named("ftp").preferred(number).build())) {
        assertThat(port.number()).isEqualTo(number);
        assertThat(port.tier()).isEqualTo(PortTier.PREFERRED);
        assertThat(port.state()).isEqualTo(PortState.HELD);
        assertThatExceptionOfType(BindException.class).isThrownBy(() -> server(number).close());
        assertThatExceptionOfType(BindException.class)
            .isThrownBy(() -> new ServerSocket(number).close());
        port.offer();
        serveOneConnection(server(number));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Protocol.class,
      names = {"TCP", "TCP_AND_UDP"})
  void aStrictRequestIsMet(Protocol protocol) throws IOException {
    int number = inTimeWait();
    HeldPort port =
        allocator.hold(
            PortRequest.named("web").preferred(number).strict().protocol(protocol).build());
    assertThat(port.state()).isEqualTo(PortState.HELD);
  }

  @Test
  void aNarrowRangeIsNotUsedUp() throws IOException {
    List<HeldPort> block =
        allocator.holdAll(PortRequest.named("range").count(10).contiguous().build());
    int first = block.get(0).number();
    block.forEach(HeldPort::close);
    for (int test = 0; test < 20; test++) {
      try (HeldPort port =
          allocator.hold(PortRequest.named("worker").range(first, first + 9).build())) {
        port.offer();
        serveOneConnection(server(port.number()));
      }
    }
  }

  @Test
  void freshNumbersOfARangeComeFirst() throws IOException {
    int number = inTimeWait();
    PortRequest either = PortRequest.named("two").range(number, number + 1).build();
    assertThat(allocator.hold(either).number()).isEqualTo(number + 1);
    assertThat(allocator.hold(either).number()).isEqualTo(number);
  }

  @Test
  void aBlockIsHeld() throws IOException {
    int number = inTimeWait();
    List<HeldPort> block =
        allocator.holdAll(
            PortRequest.named("block").count(3).contiguous().preferred(number - 1).build());
    assertThat(block).extracting(HeldPort::number).startsWith(number - 1, number, number + 1);
  }

  @Test
  void aReclaimedPortIsOpenToNobody() throws IOException {
    HeldPort port = allocator.hold("db");
    port.offer();
    ServerSocket server = server(port.number());
    assertThat(port.confirm()).isTrue();
    serveOneConnection(server);
    port.reclaim();
    assertThat(port.state()).isEqualTo(PortState.HELD);
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> new ServerSocket(port.number()).close());
    port.offer();
    assertThatNoException().isThrownBy(() -> server(port.number()).close());
  }

  /** Which also is in TIME_WAIT; nothing else tells the two apart. */
  @Test
  void theOfferedPortOfAnotherAllocatorIsNotHeldTwice() throws IOException {
    int number = inTimeWait();
    PortRequest strict = PortRequest.named("web").preferred(number).strict().build();
    HeldPort first = allocator.hold(strict);
    first.offer();
    try (PortAllocator other = PortAllocator.create()) {
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> other.hold(strict));
    }
  }

  @Test
  void aHoldOnOneAddressIsNotOverlooked() throws IOException {
    int number = inTimeWait();
    PortRequest onLoopback =
        PortRequest.named("one").preferred(number).strict().address(LOOPBACK).build();
    HeldPort first = allocator.hold(onLoopback);
    first.offer();
    List<PortRequest> others = new ArrayList<>();
    others.add(onLoopback);
    others.add(PortRequest.named("all").preferred(number).strict().build());
    for (PortRequest other : others) {
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.hold(other));
    }
    first.close();
    assertThatNoException().isThrownBy(() -> allocator.hold(others.get(1)));
  }

  @Test
  void twoAddressesMayHaveOneNumber() throws IOException {
    HeldPort first =
        allocator.hold(PortRequest.named("a").address(InetAddress.getByName("127.0.0.2")).build());
    HeldPort second =
        allocator.hold(
            PortRequest.named("b")
                .address(InetAddress.getByName("127.0.0.3"))
                .preferred(first.number())
                .strict()
                .build());
    assertThat(second.number()).isEqualTo(first.number());
    second.offer();
    first.offer();
    try (ServerSocket one = new ServerSocket(first.number(), 1, first.request().address());
        ServerSocket other = new ServerSocket(first.number(), 1, second.request().address())) {
      assertThat(first.confirm()).isTrue();
      assertThat(second.confirm()).isTrue();
      assertThat(one.getLocalPort()).isEqualTo(other.getLocalPort());
    }
  }

  /** A server may listen on all addresses although the port is held on one. */
  @Test
  void aServerOnAllAddressesListensBesideAHoldOnOne() throws IOException {
    HeldPort port = allocator.hold(PortRequest.named("one").address(LOOPBACK).build());
    port.offer();
    try (ServerSocket server = new ServerSocket(port.number())) {
      assertThat(port.confirm()).isTrue();
      assertThat(server.isBound()).isTrue();
    }
  }
}
