package io.freeport.plan.health;

import io.freeport.Protocol;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.os.SocketError;
import io.freeport.internal.os.SocketTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** Checks a port of this host. */
final class PortProbe {

  private static final Duration SHORT = Duration.ofMillis(500);

  private PortProbe() {}

  static Health free(int port) {
    try {
      Hold.anyExclusive(Protocol.TCP, null, port).close();
      return Health.of(true, "port " + port + " is free");
    } catch (IOException e) {
      return Health.of(false, "port " + port + " cannot be bound: " + SocketError.describe(e));
    }
  }

  static Health listening(int port) {
    try {
      boolean listening =
          SocketTable.entries(Protocol.TCP_AND_UDP, port).stream()
              .anyMatch(SocketTable.Entry::isListening);
      return Health.of(
          listening, listening ? "somebody listens on " + port : "nobody listens on " + port);
    } catch (IOException notListed) {
      return accepts(port, SHORT);
    }
  }

  /** Tries IPv4, then IPv6: a service may listen on one of them only. */
  static Health accepts(int port, Duration timeout) {
    String failure = "";
    for (String host : List.of("127.0.0.1", "::1")) {
      try (Socket socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(InetAddress.getByName(host), port),
            (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeout.toMillis())));
        return Health.of(true, "port " + port + " accepts connections");
      } catch (IOException e) {
        failure = failure.isEmpty() ? SocketError.describe(e) : failure;
      }
    }
    return Health.of(false, "port " + port + " does not accept connections: " + failure);
  }
}
