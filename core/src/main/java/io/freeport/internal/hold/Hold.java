package io.freeport.internal.hold;

import io.freeport.HandoffMode;
import io.freeport.Protocol;
import io.freeport.internal.os.SocketTable;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that are bound to a port and do nothing else: one for TCP, one for UDP, or both.
 *
 * <p>The TCP socket never listens. So connections to the port are refused, and no wait strategy
 * mistakes the hold for the service. ({@code ServerSocket} will not do: its {@code bind} listens as
 * well.) What the kernel does with a second bind of the same port depends on {@code SO_REUSEADDR}
 * of <em>both</em> sockets at the time of the second bind, so setting the option on a socket that
 * is bound already opens the port to a consumer without a moment in which nobody has it.
 *
 * <p>With UDP there is no such thing to rely on: engines bind without the option, and where they do
 * share, datagrams may end up in the hold. So the UDP socket is closed when the port is offered.
 */
public final class Hold {

  private static final int CONNECT_TIMEOUT_MILLIS = 500;

  /** Each option that is set is a system call, and a hold has only four of them. */
  private static final boolean IS_TCP_EXCLUSIVE_AT_FIRST = isTcpExclusiveAtFirst();

  private final @Nullable SocketChannel tcp;
  private @Nullable DatagramChannel udp;

  private Hold(@Nullable SocketChannel tcp, @Nullable DatagramChannel udp) {
    this.tcp = tcp;
    this.udp = udp;
  }

  /**
   * Returns a hold that excludes everybody else.
   *
   * @throws BindException if somebody has the port, or the system does not let us have it
   */
  public static Hold exclusive(Protocol protocol, @Nullable InetAddress address, int port)
      throws IOException {
    InetSocketAddress where = new InetSocketAddress(address, port);
    SocketChannel tcp = protocol.hasTcp() ? bindTcp(where, false) : null;
    try {
      return new Hold(tcp, protocol.hasUdp() ? bindUdp(where) : null);
    } catch (Throwable e) {
      close(tcp);
      throw e;
    }
  }

  /**
   * Returns an exclusive hold by a TCP socket that is not bound yet.
   *
   * @throws BindException as above; the socket then is good for another port
   */
  public static Hold exclusive(SocketChannel unbound, @Nullable InetAddress address, int port)
      throws IOException {
    bind(unbound, new InetSocketAddress(address, port));
    return new Hold(unbound, null);
  }

  /** Opens a TCP socket for an exclusive hold. */
  public static SocketChannel openTcp() throws IOException {
    SocketChannel socket = SocketChannel.open();
    try {
      if (!IS_TCP_EXCLUSIVE_AT_FIRST) {
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, false);
      }
      return socket;
    } catch (Throwable e) {
      close(socket);
      throw e;
    }
  }

  private static boolean isTcpExclusiveAtFirst() {
    try (SocketChannel socket = SocketChannel.open()) {
      return !socket.getOption(StandardSocketOptions.SO_REUSEADDR);
    } catch (IOException noSocketNow) {
      return false;
    }
  }

  /**
   * Returns a hold beside which a consumer can bind TCP. Unlike {@link #exclusive} it can be had
   * while the port's former connections are in TIME_WAIT.
   *
   * @throws BindException if somebody listens on the port, or has it exclusively
   */
  public static Hold shared(@Nullable InetAddress address, int port) throws IOException {
    return new Hold(bindTcp(new InetSocketAddress(address, port), true), null);
  }

  /**
   * Returns whether a consumer has the port, without connecting to it. For TCP: two sockets with
   * {@code SO_REUSEADDR} may be bound to one port unless one of them listens, so this is right
   * beside an offered hold as well as without one.
   */
  public static boolean isTaken(Protocol protocol, @Nullable InetAddress address, int port)
      throws IOException {
    InetSocketAddress where = new InetSocketAddress(address, port);
    return (!protocol.hasTcp() || isTcpTaken(where)) && (!protocol.hasUdp() || isUdpTaken(where));
  }

  /** Returns the same, but one of two protocols is enough: somebody is in a consumer's way. */
  public static boolean isTakenInPart(Protocol protocol, @Nullable InetAddress address, int port)
      throws IOException {
    InetSocketAddress where = new InetSocketAddress(address, port);
    return (protocol.hasTcp() && isTcpTaken(where)) || (protocol.hasUdp() && isUdpTaken(where));
  }

  /** Returns whether a connection is accepted. */
  public static boolean accepts(InetSocketAddress where) {
    try (Socket client = new Socket()) {
      client.connect(where, CONNECT_TIMEOUT_MILLIS);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private static boolean isTcpTaken(InetSocketAddress where) throws IOException {
    try {
      bindTcp(where, true).close();
      return false;
    } catch (BindException taken) {
      return true;
    }
  }

  private static boolean isRefusedForUdp(InetSocketAddress where) throws IOException {
    try {
      bindUdp(where).close();
      return false;
    } catch (BindException taken) {
      return true;
    }
  }

  /**
   * A bind, even one for a moment, would be in the way of a consumer that comes in that moment: UDP
   * sockets do not share. On Linux the kernel can be asked without one.
   */
  private static boolean isUdpTaken(InetSocketAddress where) throws IOException {
    if (!where.getAddress().isAnyLocalAddress()) {
      return isRefusedForUdp(where); // the system's list is read for the port alone
    }
    try {
      return !SocketTable.entries(Protocol.UDP, where.getPort()).isEmpty();
    } catch (NoSuchFileException notLinux) {
      return isRefusedForUdp(where);
    }
  }

  private static SocketChannel bindTcp(InetSocketAddress where, boolean reuseAddress)
      throws IOException {
    SocketChannel socket = openTcp();
    try {
      if (reuseAddress) {
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      bind(socket, where);
      return socket;
    } catch (Throwable e) {
      close(socket);
      throw e;
    }
  }

  private static DatagramChannel bindUdp(InetSocketAddress where) throws IOException {
    DatagramChannel socket = DatagramChannel.open();
    try {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, false);
      bind(socket, where);
      return socket;
    } catch (Throwable e) {
      close(socket);
      throw e;
    }
  }

  private static void bind(NetworkChannel socket, InetSocketAddress where) throws IOException {
    try {
      socket.bind(where);
    } catch (UnsupportedAddressTypeException e) {
      throw new SocketException(
          "Cannot assign requested address: this JVM has no "
              + (where.getAddress() instanceof Inet6Address ? "IPv6" : "IPv4"));
    }
  }

  /**
   * Opens the port to a consumer. In the shared mode one that itself sets {@code SO_REUSEADDR} can
   * listen on TCP beside this hold; what cannot be shared is closed.
   */
  public void offer(HandoffMode mode) throws IOException {
    if (mode == HandoffMode.CLOSE_THEN_BIND) {
      close();
      return;
    }
    if (tcp != null) {
      tcp.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    }
    close(udp);
    udp = null;
  }

  /** Returns whether a consumer can bind TCP beside this hold. */
  public boolean isShared() throws IOException {
    return tcp != null && tcp.getOption(StandardSocketOptions.SO_REUSEADDR);
  }

  public void close() throws IOException {
    try {
      close(tcp);
    } finally {
      close(udp);
    }
  }

  public static void close(@Nullable Closeable socket) throws IOException {
    if (socket != null) {
      socket.close();
    }
  }
}
