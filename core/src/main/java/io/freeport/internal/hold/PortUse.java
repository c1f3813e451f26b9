package io.freeport.internal.hold;

import io.freeport.Protocol;
import io.freeport.internal.os.SocketTable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who uses a port, beside its hold or without one.
 *
 * <p>Beside a hold that is open to others a second bind with {@code SO_REUSEADDR} tells, and is in
 * nobody's way: it takes microseconds. Where there is no hold, a bind would be in the way of a
 * consumer that comes in that moment. There the system's table of sockets tells, which takes
 * milliseconds.
 */
public final class PortUse {

  private static final int CONNECT_TIMEOUT_MILLIS = 500;

  private PortUse() {}

  /** Has this class loaded while its file can be opened: a port may close when no file can be. */
  public static void load() {}

  /**
   * Returns whether a consumer has the port: for TCP, a socket that listens. For a port for both
   * protocols, both are needed.
   *
   * @param isBesideHold whether this process has a hold that is open to others
   */
  public static boolean hasConsumer(
      Protocol protocol, @Nullable InetAddress address, int port, boolean isBesideHold)
      throws IOException {
    return (!protocol.hasTcp() || hasTcpConsumer(address, port, isBesideHold))
        && (!protocol.hasUdp() || hasUdpConsumer(address, port));
  }

  private static boolean hasTcpConsumer(
      @Nullable InetAddress address, int port, boolean isBesideHold) throws IOException {
    if (!isBesideHold) {
      try {
        return !SocketTable.listeners(address, port).isEmpty();
      } catch (IOException noTable) {
        return isTcpRefused(address, port);
      }
    }
    return isTcpRefused(address, port);
  }

  private static boolean hasUdpConsumer(@Nullable InetAddress address, int port)
      throws IOException {
    try {
      return SocketTable.isUdpBound(address, port);
    } catch (IOException noTable) {
      return isUdpRefused(address, port);
    }
  }

  /**
   * Returns whether a socket is in the way of a consumer, for one of the protocols at least. For
   * TCP it is one that listens, or that is bound without {@code SO_REUSEADDR}, as the hold of
   * another FreePort is. Only for a moment in which no consumer comes: without a hold this is in
   * its way.
   */
  public static boolean isTaken(Protocol protocol, @Nullable InetAddress address, int port)
      throws IOException {
    return (protocol.hasTcp() && isTcpRefused(address, port))
        || (protocol.hasUdp() && hasUdpConsumer(address, port));
  }

  /**
   * Returns whether the system's table shows a consumer for one of the protocols, whatever this
   * process holds.
   *
   * @return false also if there is no table
   */
  public static boolean isListed(Protocol protocol, @Nullable InetAddress address, int port) {
    try {
      return (protocol.hasTcp() && !SocketTable.listeners(address, port).isEmpty())
          || (protocol.hasUdp() && SocketTable.isUdpBound(address, port));
    } catch (IOException noTable) {
      return false;
    }
  }

  /**
   * Returns the sockets that listen on a TCP port, by their inodes.
   *
   * @return nothing also if there is no table
   */
  public static Set<Long> listeners(@Nullable InetAddress address, int port) {
    Set<Long> sockets = new HashSet<>();
    try {
      for (SocketTable.Entry entry : SocketTable.listeners(address, port)) {
        sockets.add(entry.inode());
      }
    } catch (IOException noTable) {
      return Set.of();
    }
    return sockets;
  }

  /** Two sockets with {@code SO_REUSEADDR} may be bound to one port unless one of them listens. */
  private static boolean isTcpRefused(@Nullable InetAddress address, int port) throws IOException {
    try {
      BoundSockets.bindTcp(new InetSocketAddress(address, port), true).close();
      return false;
    } catch (BindException taken) {
      return true;
    }
  }

  private static boolean isUdpRefused(@Nullable InetAddress address, int port) throws IOException {
    try {
      BoundSockets.bindUdp(new InetSocketAddress(address, port)).close();
      return false;
    } catch (BindException taken) {
      return true;
    }
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
}
