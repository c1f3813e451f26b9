package io.freeport.internal.os;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ListeningSocketsTest {

  @Test
  @EnabledOnOs(OS.LINUX)
  void aServer() throws IOException {
    int port;
    try (ServerSocket server = new ServerSocket(0)) {
      port = server.getLocalPort();
      assertThat(ListeningSockets.listenOn(port)).isTrue();
      assertThat(ListeningSockets.contain(Protocol.TCP, port)).isTrue();
      assertThat(ListeningSockets.contain(Protocol.TCP_AND_UDP, port)).isTrue();
    }
    assertThat(ListeningSockets.listenOn(port)).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aClientIsListedAndDoesNotListen() throws IOException {
    try (ServerSocket server = new ServerSocket(0);
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
      assertThat(ListeningSockets.contain(Protocol.TCP, client.getLocalPort())).isTrue();
      assertThat(ListeningSockets.listenOn(client.getLocalPort())).isFalse();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aSocketThatIsBoundAndDoesNothingElseIsNotListed() throws IOException {
    try (Socket bound = new Socket()) {
      bound.bind(new InetSocketAddress(0));
      assertThat(ListeningSockets.contain(Protocol.TCP, bound.getLocalPort())).isFalse();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void udpListensUntilItIsConnected() throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      int port = socket.getLocalPort();
      assertThat(ListeningSockets.contain(Protocol.UDP, port)).isTrue();
      assertThat(ListeningSockets.listenOn(port)).isTrue();
      socket.connect(InetAddress.getLoopbackAddress(), 9);
      assertThat(ListeningSockets.contain(Protocol.UDP, port)).isTrue();
      assertThat(ListeningSockets.listenOn(port)).isFalse();
    }
  }

  @Test
  void readsTheLocalAddressOnly(@TempDir Path folder) throws IOException {
    Path list =
        Files.writeString(
            folder.resolve("tcp"),
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:1F91 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
            """);
    assertThat(ListeningSockets.isIn(list, 0x1F90, "0A")).isTrue();
    assertThat(ListeningSockets.isIn(list, 0x1F90, "")).isTrue();
    assertThat(ListeningSockets.isIn(list, 0x1F90, "01")).isFalse();
    assertThat(ListeningSockets.isIn(list, 0x1F91, "0A")).isFalse();
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> ListeningSockets.isIn(folder.resolve("none"), 0x1F90, ""));
  }
}
