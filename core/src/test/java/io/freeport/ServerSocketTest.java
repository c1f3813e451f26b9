package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Listening sockets that a port makes for servers that accept one. */
class ServerSocketTest {

  private final List<PortEvent.Type> events = new CopyOnWriteArrayList<>();
  private final PortAllocator.Builder builder =
      PortAllocator.builder().listener(event -> events.add(event.type()));
  private PortAllocator allocator = builder.build();
  private final AtomicBoolean isExpelled = new AtomicBoolean();

  @AfterEach
  void release() {
    allocator.close();
  }

  @ParameterizedTest
  @EnumSource(HandoffMode.class)
  void aSocketListensOnThePort(HandoffMode mode) throws IOException {
    HeldPort port = allocator.hold(PortRequest.named("web").handoff(mode).build());
    for (int start = 0; start < 3; start++) {
      events.clear();
      try (ServerSocket server = port.serverSocket();
          Socket client = new Socket(port.socketAddress().getAddress(), port.number());
          Socket accepted = server.accept()) {
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
        assertThat(accepted.getLocalPort()).isEqualTo(port.number());
        assertThat(events)
            .containsSubsequence(PortEvent.Type.OFFERED, PortEvent.Type.TAKEN)
            .doesNotContain(PortEvent.Type.STOLEN);
        accepted.close();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      if (start == 1) {
        port.reclaim();
        assertThatExceptionOfType(BindException.class)
            .isThrownBy(() -> new ServerSocket(port.number()).close());
      }
    }
  }

  @Test
  void aChannelListensOnThePort() throws IOException {
    HeldPort port = allocator.hold("netty");
    try (ServerSocketChannel server = port.serverSocketChannel()) {
      assertThat(server.isBlocking()).isTrue();
      assertThat(((InetSocketAddress) server.getLocalAddress()).getPort()).isEqualTo(port.number());
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
    }
  }

  /** Else it would be free for everybody at the end of the server. */
  @Test
  void theHoldStaysBesideTheSocket() throws IOException {
    HeldPort port = allocator.hold("web");
    port.serverSocket().close();
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(
            () -> {
              try (ServerSocket stranger = new ServerSocket()) {
                stranger.setReuseAddress(false);
                stranger.bind(new InetSocketAddress(port.number()));
              }
            });
  }

  /** A stranger with {@code SO_REUSEADDR} could listen after the end of the server. */
  @Test
  void thePortIsClosedToOthersAfterTheSocketIsOpened() throws IOException {
    HeldPort port = allocator.hold("web");
    port.serverSocket().close();
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> new ServerSocket(port.number()).close());
    port.offer();
    new ServerSocket(port.number()).close();
  }

  @Test
  void aPortForBothProtocolsIsListenedOnAgain() throws IOException {
    HeldPort port = allocator.hold(PortRequest.named("dns").protocol(Protocol.TCP_AND_UDP).build());
    for (int start = 0; start < 3; start++) {
      try (ServerSocket server = port.serverSocket()) {
        assertThat(server.getLocalPort()).isEqualTo(port.number());
      }
    }
    assertThat(events).doesNotContain(PortEvent.Type.STOLEN);
  }

  @Test
  void aSecondSocketNeedsTheEndOfTheFirst() throws IOException {
    HeldPort port = allocator.hold("web");
    try (ServerSocket first = port.serverSocket()) {
      assertThat(first.isBound()).isTrue();
      assertThatExceptionOfType(PortUnavailableException.class).isThrownBy(port::serverSocket);
    }
    port.serverSocket().close();
  }

  @Test
  void udpHasNoServerSockets() {
    HeldPort port = allocator.hold(PortRequest.named("dns").protocol(Protocol.UDP).build());
    assertThatIllegalStateException()
        .isThrownBy(port::serverSocket)
        .withMessage(
            "Port %d \"dns\" (HELD) is a UDP port, so no server socket can listen on it. Ask for Protocol.TCP.",
            port.number());
  }

  @Test
  void aReleasedPortHasNone() {
    HeldPort port = allocator.hold("web");
    port.close();
    assertThatIllegalStateException()
        .isThrownBy(port::serverSocket)
        .withMessageContaining("cannot be listened on any more");
  }

  /** A thief that stays is named when the time is over. */
  @Test
  void aThiefThatStaysIsNamed() throws IOException {
    allocator = builder.handoff(HandoffMode.SHARED).handoffTimeout(Duration.ofMillis(50)).build();
    HeldPort port = allocator.hold("web");
    port.offer();
    try (ServerSocket thief = new ServerSocket(port.number())) {
      assertThat(thief.isBound()).isTrue();
      assertThatExceptionOfType(PortHandoffException.class)
          .isThrownBy(port::serverSocket)
          .withMessageStartingWith(
              "Port %d \"web\" (OFFERED): somebody else took it before its consumer did, and has not let go of it within 50 ms.",
              port.number())
          .withMessageContaining("pid " + ProcessHandle.current().pid())
          .withMessageEndingWith(" Stop that process, or let the number change.");
      assertThat(events).contains(PortEvent.Type.STOLEN);
    }
    port.serverSocket().close();
  }

  @Test
  void aThiefThatGoesCannotComeBack() throws IOException {
    List<ServerSocket> thieves = new CopyOnWriteArrayList<>();
    allocator =
        builder
            .listener(
                event -> {
                  if (event.type() == PortEvent.Type.STOLEN) {
                    thieves.forEach(
                        thief -> {
                          assertThatNoException().isThrownBy(thief::close);
                          assertThatExceptionOfType(BindException.class)
                              .isThrownBy(() -> new ServerSocket(event.port()).close());
                          isExpelled.set(true);
                        });
                  }
                })
            .handoff(HandoffMode.SHARED)
            .build();
    HeldPort port = allocator.hold("web");
    port.offer();
    thieves.add(new ServerSocket(port.number()));
    port.serverSocket().close();
    assertThat(isExpelled).isTrue();
  }

  /** Nobody else can take it while the test waits for the thief to go. */
  @Test
  void aThiefThatGoesIsWaitedFor() throws IOException {
    allocator = builder.handoff(HandoffMode.SHARED).handoffTimeout(Duration.ofMinutes(1)).build();
    HeldPort port = allocator.hold("web");
    port.offer();
    ServerSocket thief = new ServerSocket(port.number());
    Thread leaves =
        new Thread(
            () -> {
              try {
                while (!events.contains(PortEvent.Type.STOLEN)) {
                  Thread.onSpinWait();
                }
                thief.close();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    leaves.start();
    try (ServerSocket server = port.serverSocket()) {
      assertThat(server.getLocalPort()).isEqualTo(port.number());
    }
  }
}
