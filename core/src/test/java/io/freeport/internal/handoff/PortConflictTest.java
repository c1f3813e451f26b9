package io.freeport.internal.handoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortConflictTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "driver failed programming external connectivity on endpoint db: Bind for 0.0.0.0:5432 failed: port is already allocated",
        "all ports are allocated",
        "Error starting userland proxy: listen tcp4 0.0.0.0:5432: bind: address already in use",
        "failed to bind host port 127.0.0.1:5432/tcp: address already in use",
        "failed to bind host port for 127.0.0.1:5432:172.17.0.2:5432/tcp",
        "Ports are not available: exposing port TCP 0.0.0.0:5432 -> 0.0.0.0:0",
        "An attempt was made to access a socket in a way forbidden by its access permissions.",
        "Only one usage of each socket address (protocol/network address/port) is normally permitted.",
        "error while calling RootlessKit PortManager.AddPort(): conflict with ID 1",
        "cannot listen on the TCP port: listen tcp4 :5432: bind: Address already in use",
        "cannot listen on the TCP port: listen tcp4 :5432",
        "proxy already running"
      })
  void messagesOfEngines(String message) {
    RuntimeException failure =
        new IllegalStateException("Container startup failed", new IOException(message));
    assertThat(PortConflict.isCauseOf(failure)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "listen tcp4 10.9.9.9:5432: bind: cannot assign requested address",
        "failed to bind host port for 10.9.9.9:5432:172.17.0.2:5432/tcp: cannot assign requested address",
        "error while calling RootlessKit PortManager.AddPort(): cannot expose privileged port 80",
        "failed to bind host port 127.0.0.1:80/tcp: permission denied",
        "cannot listen on the TCP port: timed out starting the userland proxy",
        "timed out starting the userland proxy",
        "no such image"
      })
  void messagesThatMeanSomethingElse(String message) {
    assertThat(PortConflict.isCauseOf(new IllegalStateException(message))).isFalse();
    assertThat(PortConflict.isCauseOf(new BindException(message)))
        .isEqualTo(message.equals("no such image"));
  }

  @Test
  void aRealBindThatFails() throws IOException {
    try (ServerSocket first = new ServerSocket(0);
        ServerSocket second = new ServerSocket()) {
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(() -> second.bind(new InetSocketAddress(first.getLocalPort())))
          .matches(PortConflict::isCauseOf);
    }
  }

  @Test
  void aRealBindToAnAddressThatIsNotOurs() throws IOException {
    InetAddress ofNobody = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
    try (ServerSocket server = new ServerSocket()) {
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(() -> server.bind(new InetSocketAddress(ofNobody, 12345)))
          .matches(failure -> !PortConflict.isCauseOf(failure));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Bind for 127.0.0.1:5432 failed: port is already allocated | 5432",
        "listen tcp6 [::]:8080: bind: address already in use | 8080",
        "listen tcp4 :8080: bind: address already in use | 8080",
        "12:30:45 address already in use | 0",
        "address already in use | 0",
        "failed to bind host port 127.0.0.1:99999 | 0",
        "connection to 127.0.0.1:5432 refused | 0"
      })
  void thePortThatAMessageNames(String message, int port) {
    assertThat(PortConflict.portNamedIn(new IOException(message)).orElse(0)).isEqualTo(port);
  }

  @Test
  void aChainWithACircleEnds() {
    IOException inner = new ConnectException("refused");
    IllegalStateException outer = new IllegalStateException(inner);
    inner.initCause(outer);
    assertThat(PortConflict.isCauseOf(outer)).isFalse();
    assertThat(PortConflict.portNamedIn(outer)).isEmpty();
  }
}
