package io.freeport.internal.hold;

import io.freeport.HandoffMode;
import io.freeport.Protocol;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that are bound to a port and do nothing else: one for TCP, one for UDP, or both.
 *
 * <p>The TCP socket never listens. So connections to the port are refused, and no wait strategy
 * mistakes the hold for the service. ({@code ServerSocket} will not do: its {@code bind} listens as
 * well.) What the kernel does with a second bind of the same port depends on {@code SO_REUSEADDR}
 * of <em>both</em> sockets at the time of the second bind. So setting the option on a socket that
 * is bound already opens the port to a consumer without a moment in which nobody has it, and
 * clearing it closes the port to others again.
 *
 * <p>With UDP there is no such thing to rely on: engines bind without the option, and where they do
 * share, datagrams may end up in the hold. So the UDP socket is closed when the port is offered.
 */
public final class Hold {

  private final @Nullable SocketChannel tcp;
  private final @Nullable SocketChannel mark;
  private @Nullable DatagramChannel udp;

  private Hold(
      @Nullable SocketChannel tcp, @Nullable SocketChannel mark, @Nullable DatagramChannel udp) {
    this.tcp = tcp;
    this.mark = mark;
    this.udp = udp;
  }

  /**
   * Returns a hold that excludes everybody else.
   *
   * @throws BindException if somebody has the port, or former connections of it are in TIME_WAIT,
   *     or the system does not let us have it
   */
  public static Hold exclusive(Protocol protocol, @Nullable InetAddress address, int port)
      throws IOException {
    return complete(
        protocol.hasTcp()
            ? BoundSockets.bindTcp(new InetSocketAddress(address, port), false)
            : null,
        protocol,
        address,
        port);
  }

  /**
   * Returns a hold that excludes everybody else, also while former connections of the port are in
   * TIME_WAIT.
   *
   * @throws BindException if somebody has the port, or the system does not let us have it
   */
  public static Hold anyExclusive(Protocol protocol, @Nullable InetAddress address, int port)
      throws IOException {
    try {
      return exclusive(protocol, address, port);
    } catch (BindException refused) {
      if (!protocol.hasTcp()) {
        throw refused;
      }
      try {
        return exclusiveDespiteTimeWait(protocol, address, port);
      } catch (BindException stillRefused) {
        throw refused; // which may have another reason than somebody who has the port
      }
    }
  }

  /**
   * Returns an exclusive hold by a TCP socket that is not bound yet.
   *
   * @throws BindException as above; if the socket is still open then, it is good for another port
   */
  public static Hold exclusive(SocketChannel unbound, @Nullable InetAddress address, int port)
      throws IOException {
    BoundSockets.bind(unbound, new InetSocketAddress(address, port));
    return complete(unbound, Protocol.TCP, address, port);
  }

  private static Hold complete(
      @Nullable SocketChannel tcp, Protocol protocol, @Nullable InetAddress address, int port)
      throws IOException {
    SocketChannel mark = null;
    try {
      InetSocketAddress where = new InetSocketAddress(address, port);
      if (address != null && Guard.isForSingle(protocol, where)) {
        try (Guard guard = Guard.await(port)) {
          mark = guard.mark();
        }
      }
      return new Hold(tcp, mark, protocol.hasUdp() ? BoundSockets.bindUdp(where) : null);
    } catch (Throwable e) {
      BoundSockets.close(tcp);
      BoundSockets.close(mark);
      throw e;
    }
  }

  /**
   * Returns an exclusive hold of a TCP port, or of one for both protocols, although former
   * connections of it may be in TIME_WAIT, as they are for a minute. The socket is bound with
   * {@code SO_REUSEADDR}, which is cleared afterwards.
   *
   * @throws BindException if somebody has the port, or the machine does not support this
   */
  public static Hold exclusiveDespiteTimeWait(
      Protocol protocol, @Nullable InetAddress address, int port) throws IOException {
    if (!Guard.isSupported()) {
      throw new BindException("Address already in use");
    }
    InetSocketAddress where = new InetSocketAddress(address, port);
    SocketChannel tcp = null;
    SocketChannel mark = null;
    try (Guard guard = Guard.take(port)) {
      guard.open();
      tcp = BoundSockets.bindTcp(where, true);
      closeToServers(tcp, where);
      if (Guard.isForSingle(protocol, where)) {
        mark = guard.mark();
      }
      return new Hold(tcp, mark, protocol.hasUdp() ? BoundSockets.bindUdp(where) : null);
    } catch (Throwable e) {
      BoundSockets.close(tcp);
      BoundSockets.close(mark);
      throw e;
    }
  }

  /**
   * Clears the option while another socket of ours listens. That one can listen only if nobody else
   * does, and nobody else can as long as it does, so no server comes in between.
   */
  private static void closeToServers(SocketChannel tcp, InetSocketAddress where)
      throws IOException {
    ServerSocketChannel only = BoundSockets.listen(where);
    try {
      tcp.setOption(StandardSocketOptions.SO_REUSEADDR, false);
    } finally {
      only.close();
    }
  }

  /**
   * Returns a hold beside which a consumer, and another JVM of the build, can bind TCP. It can be
   * had while the port's former connections are in TIME_WAIT, and beside an offered hold. So only
   * for a port that another JVM of the build holds.
   *
   * @throws BindException if somebody listens on the port, or has it exclusively
   */
  public static Hold shared(@Nullable InetAddress address, int port) throws IOException {
    SocketChannel tcp = BoundSockets.bindTcp(new InetSocketAddress(address, port), true);
    return complete(tcp, Protocol.TCP, address, port);
  }

  /**
   * Opens the port to a consumer. In the shared modes one that itself sets the same option can
   * listen on TCP beside this hold; what cannot be shared is closed.
   *
   * @return whether this hold still has a socket
   */
  public boolean offer(HandoffMode mode) throws IOException {
    if (tcp == null
        || mode == HandoffMode.CLOSE_THEN_BIND
        || (mode == HandoffMode.REUSE_PORT && !supportsReusePort(tcp))) {
      close();
      return false;
    }
    if (mode == HandoffMode.REUSE_PORT) {
      tcp.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
    tcp.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    BoundSockets.close(udp);
    udp = null;
    return true;
  }

  private static boolean supportsReusePort(SocketChannel socket) {
    return socket.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
  }

  /**
   * Closes an offered TCP port to others again. A consumer that listens stays. One that has bound
   * the port and does not listen yet cannot listen any more.
   *
   * @return false if that is not possible, because {@link HandoffMode#REUSE_PORT} opened the port:
   *     the kernel goes on to let in sockets that set that option
   */
  public boolean closeToOthers() throws IOException {
    if (tcp == null
        || (supportsReusePort(tcp) && tcp.getOption(StandardSocketOptions.SO_REUSEPORT))) {
      return false;
    }
    tcp.setOption(StandardSocketOptions.SO_REUSEADDR, false);
    return true;
  }

  /** Returns whether a consumer can bind TCP beside this hold. */
  public boolean isShared() throws IOException {
    return tcp != null && tcp.getOption(StandardSocketOptions.SO_REUSEADDR);
  }

  public void close() throws IOException {
    try {
      BoundSockets.close(tcp);
    } finally {
      try {
        BoundSockets.close(mark);
      } finally {
        BoundSockets.close(udp);
      }
    }
  }
}
