package io.freeport.plan.health;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Checks a port of this host. */
final class PortProbe {

  /** In these tables sockets that listen have the state 0A, for TCP, or 07, for UDP. */
  private record Table(Path file, String state) {}

  private static final List<Table> TABLES =
      List.of(
          new Table(Path.of("/proc/net/tcp"), "0A"),
          new Table(Path.of("/proc/net/tcp6"), "0A"),
          new Table(Path.of("/proc/net/udp"), "07"),
          new Table(Path.of("/proc/net/udp6"), "07"));

  private static final Duration SHORT = Duration.ofMillis(500);

  private PortProbe() {}

  static Health free(int port) {
    try (SocketChannel socket = SocketChannel.open()) {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, false);
      socket.bind(new InetSocketAddress(port));
      return Health.of(true, "port " + port + " is free");
    } catch (IOException e) {
      return Health.of(false, "port " + port + " cannot be bound: " + e.getMessage());
    }
  }

  static Health listening(int port) {
    boolean listening = false;
    String suffix = String.format(Locale.ROOT, ":%04X", port);
    try {
      for (Table table : TABLES) {
        if (Files.exists(table.file)) {
          try (Stream<String> lines = Files.lines(table.file)) {
            listening |= lines.skip(1).anyMatch(line -> isListening(line, suffix, table.state));
          }
        }
      }
    } catch (IOException e) {
      return accepts(port, SHORT);
    }
    if (!Files.exists(TABLES.get(0).file)) {
      return accepts(port, SHORT);
    }
    return Health.of(
        listening, listening ? "somebody listens on " + port : "nobody listens on " + port);
  }

  /** The line starts with a number, the local and the remote address, and the state. */
  private static boolean isListening(String line, String suffix, String state) {
    String[] words = line.strip().split("\\s+", 5);
    return words.length == 5 && words[1].endsWith(suffix) && words[3].equals(state);
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
        failure = failure.isEmpty() ? String.valueOf(e.getMessage()) : failure;
      }
    }
    return Health.of(false, "port " + port + " does not accept connections: " + failure);
  }
}
