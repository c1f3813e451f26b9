package io.freeport.internal.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SocketErrorTest {

  @Test
  void aTakenPort() throws IOException {
    try (ServerSocket server = new ServerSocket(0)) {
      assertThat(errorsIn(failureOf(() -> new ServerSocket(server.getLocalPort()))))
          .containsExactly(SocketError.ADDRESS_IN_USE);
    }
  }

  @Test
  void anAddressOfAnotherMachine() throws IOException {
    InetAddress foreign = InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 7});
    assertThat(errorsIn(failureOf(() -> new ServerSocket(0, 1, foreign))))
        .containsExactly(SocketError.ADDRESS_NOT_AVAILABLE);
  }

  @Test
  void nobodyListens() throws IOException {
    try (Socket bound = new Socket();
        Socket client = new Socket()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      assertThat(errorsIn(failureOf(() -> client.connect(bound.getLocalSocketAddress()))))
          .containsExactly(SocketError.CONNECTION_REFUSED);
    }
  }

  @Test
  void aMessageOfAnotherProgram() {
    assertThat(SocketError.ADDRESS_IN_USE.isIn("listen tcp :80: bind: address already in use"))
        .isTrue();
    assertThat(SocketError.ADDRESS_IN_USE.isIn("listen tcp :80: bind: permission denied"))
        .isFalse();
    assertThat(SocketError.NOT_PERMITTED.isIn("listen tcp :80: bind: permission denied")).isTrue();
  }

  @Test
  void anotherFailureIsNoneOfThese() {
    assertThat(errorsIn(new SocketException("Network is unreachable"))).isEmpty();
    assertThat(errorsIn(new SocketException())).isEmpty();
    assertThat(SocketError.describe(new SocketException("Network is unreachable")))
        .isEqualTo("Network is unreachable");
  }

  private static Stream<SocketError> errorsIn(IOException failure) {
    return Stream.of(SocketError.values()).filter(error -> error.isIn(failure));
  }

  private static IOException failureOf(ThrowingCallable attempt) {
    return catchThrowableOfType(IOException.class, attempt);
  }
}
