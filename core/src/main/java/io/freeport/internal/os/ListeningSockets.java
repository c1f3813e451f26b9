package io.freeport.internal.os;

import io.freeport.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The system's lists of sockets, in {@code /proc/net}. Reading them takes no right to bind a port,
 * and is in nobody's way.
 *
 * <p>They show the sockets of this network namespace, of all users. A TCP socket that is bound and
 * neither listens nor is connected is not among them.
 */
public final class ListeningSockets {

  private static final String TCP_LISTENS = "0A";
  private static final String UDP_IS_NOT_CONNECTED = "07";
  private static final String ANY_STATE = "";

  private ListeningSockets() {}

  /**
   * Returns whether a socket with a port is listed, whatever it does with it.
   *
   * @param protocol for {@link Protocol#TCP_AND_UDP}, one of the two is enough
   * @throws java.nio.file.NoSuchFileException if the system has no such lists
   */
  public static boolean contain(Protocol protocol, int port) throws IOException {
    return (protocol.hasTcp() && isListed("tcp", port, ANY_STATE))
        || (protocol.hasUdp() && isListed("udp", port, ANY_STATE));
  }

  /**
   * Returns whether a socket listens on a port: for TCP, or for UDP from any sender.
   *
   * @throws java.nio.file.NoSuchFileException if the system has no such lists
   */
  public static boolean listenOn(int port) throws IOException {
    return isListed("tcp", port, TCP_LISTENS) || isListed("udp", port, UDP_IS_NOT_CONNECTED);
  }

  /** Without IPv6 in the kernel there is one list only. */
  private static boolean isListed(String protocol, int port, String state) throws IOException {
    Path ipv6 = ProcFs.path("net/" + protocol + "6");
    return isIn(ProcFs.path("net/" + protocol), port, state)
        || (Files.exists(ipv6) && isIn(ipv6, port, state));
  }

  /** Each line has a number, the local address as HEX:PORT, the remote one, the state, and more. */
  static boolean isIn(Path list, int port, String state) throws IOException {
    String suffix = String.format(Locale.ROOT, ":%04X", port);
    try (Stream<String> lines = Files.lines(list)) {
      return lines
          .skip(1)
          .map(line -> line.strip().split("\\s+", 5))
          .anyMatch(
              words -> words.length > 3 && words[1].endsWith(suffix) && words[3].startsWith(state));
    }
  }
}
