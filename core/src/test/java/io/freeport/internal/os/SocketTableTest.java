package io.freeport.internal.os;

import static io.freeport.Protocol.TCP;
import static io.freeport.Protocol.TCP_AND_UDP;
import static io.freeport.Protocol.UDP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freeport.Protocol;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class SocketTableTest {

  @Test
  void aServer() throws IOException {
    int port;
    try (ServerSocket server = new ServerSocket(0)) {
      port = server.getLocalPort();
      assertThat(SocketTable.listeners(null, port)).isNotEmpty();
      assertThat(SocketTable.listeners(InetAddress.getByName("127.0.0.2"), port)).isNotEmpty();
      assertThat(SocketTable.entries(TCP_AND_UDP, port)).hasSize(1);
    }
    assertThat(SocketTable.listeners(null, port)).isEmpty();
  }

  @Test
  void aServerOnOneAddress() throws IOException {
    for (String host : List.of("127.0.0.3", "::1")) {
      InetAddress address = InetAddress.getByName(host);
      try (ServerSocket server = new ServerSocket(0, 1, address)) {
        int port = server.getLocalPort();
        assertThat(SocketTable.entries(TCP, port))
            .extracting(SocketTable.Entry::address)
            .containsExactly(address);
        assertThat(SocketTable.listeners(null, port)).isNotEmpty();
        assertThat(SocketTable.listeners(InetAddress.getByName("0.0.0.0"), port)).isNotEmpty();
        assertThat(SocketTable.listeners(address, port)).isNotEmpty();
        assertThat(SocketTable.listeners(InetAddress.getByName("127.0.0.2"), port)).isEmpty();
      }
    }
  }

  @Test
  void aClientIsListedAndDoesNotListen() throws IOException {
    try (ServerSocket server = new ServerSocket(0);
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
      assertThat(SocketTable.entries(TCP, client.getLocalPort())).hasSize(1);
      assertThat(SocketTable.listeners(null, client.getLocalPort())).isEmpty();
    }
  }

  @Test
  void aFormerConnection() throws IOException {
    int port;
    try (ServerSocket server = new ServerSocket(0);
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      port = server.getLocalPort();
      accepted.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(SocketTable.entries(TCP, port))
        .isNotEmpty()
        .allMatch(SocketTable.Entry::isInTimeWait);
  }

  @Test
  void aSocketThatIsBoundAndDoesNothingElseIsNotListed() throws IOException {
    try (Socket bound = new Socket()) {
      bound.bind(new InetSocketAddress(0));
      assertThat(SocketTable.entries(TCP, bound.getLocalPort())).isEmpty();
    }
  }

  @Test
  void udpListensUntilItIsConnected() throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      int port = socket.getLocalPort();
      assertThat(SocketTable.isUdpBound(null, port)).isTrue();
      assertThat(SocketTable.isUdpBound(InetAddress.getByName("127.0.0.2"), port)).isTrue();
      assertThat(SocketTable.entries(UDP, port)).allMatch(SocketTable.Entry::isListening);
      assertThat(SocketTable.entries(TCP, port)).isEmpty();
      socket.connect(InetAddress.getLoopbackAddress(), 9);
      assertThat(SocketTable.entries(UDP, port)).hasSize(1);
      assertThat(SocketTable.entries(UDP, port)).noneMatch(SocketTable.Entry::isListening);
    }
  }

  @Test
  void theOwnersOfASocket() throws IOException {
    try (ServerSocket server = new ServerSocket(0)) {
      Set<Long> inodes =
          SocketTable.entries(TCP, server.getLocalPort()).stream()
              .map(SocketTable.Entry::inode)
              .collect(Collectors.toSet());
      assertThat(SocketOwners.hasAnyOf(inodes, ProcessHandle.current().pid())).isTrue();
      assertThat(SocketOwners.hasAnyOf(Set.of(1L), ProcessHandle.current().pid())).isFalse();
      assertThat(SocketOwners.hasAnyOf(inodes, Integer.MAX_VALUE)).isFalse();
    }
  }

  @Test
  void readsTheLocalAddressOnly(@TempDir Path folder) throws IOException {
    Path table =
        Files.writeString(
            folder.resolve("tcp"),
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:1F91 0A 00000000:00000000 00:00000000 00000000   501        0 77 1
            """);
    assertThat(entries(table, 0x1F90))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.isListening()).isTrue();
              assertThat(entry.user()).isEqualTo(501);
              assertThat(entry.inode()).isEqualTo(77);
            });
    assertThat(entries(table, 0x1F91)).isEmpty();
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> entries(folder.resolve("none"), 0x1F90));
  }

  /** The kernel lists listeners first. The line after them may be that of the port. */
  @Test
  void theFirstConnectionAfterTheListenersIsNone(@TempDir Path folder) throws IOException {
    Path table =
        Files.writeString(
            folder.resolve("tcp"),
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1 0
               1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 78 1 0
            """);
    List<SocketTable.Entry> listeners = new ArrayList<>();
    SocketTable.addAll(Protocol.TCP, table, 0x1F91, true, listeners);
    assertThat(listeners).isEmpty();
    SocketTable.addAll(Protocol.TCP, table, 0x1F90, true, listeners);
    assertThat(listeners).hasSize(1);
  }

  private static List<SocketTable.Entry> entries(Path table, int port) throws IOException {
    List<SocketTable.Entry> entries = new ArrayList<>();
    SocketTable.addAll(Protocol.TCP, table, port, false, entries);
    return entries;
  }
}
