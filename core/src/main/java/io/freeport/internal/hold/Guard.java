package io.freeport.internal.hold;

import io.freeport.Protocol;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;

/**
 * Keeps two FreePorts from holding the same port.
 *
 * <p>A bind with {@code SO_REUSEADDR} succeeds while former connections of the port are in
 * TIME_WAIT, and also beside an offered hold of somebody else. The two cases cannot be told apart
 * by that bind. An exclusive bind of an address that nobody uses, {@code 127.254.254.254}, tells
 * them apart: it fails beside a hold on all addresses, offered or not, and succeeds beside
 * TIME_WAIT, because those connections are on other addresses. While this socket is there, no other
 * FreePort can have it, so it also is a lock.
 *
 * <p>A hold on a single address is not in the way of that bind. So such a hold has a second socket,
 * its mark, on {@code 127.254.254.253}, which is in the way of another exclusive bind there.
 *
 * <p>Measured on Linux. {@link #isSupported()} tries it out.
 */
final class Guard implements Closeable {

  private static final InetAddress LOCK = address(254);
  private static final InetAddress MARK = address(253);

  /** Another FreePort has the lock only while it binds two sockets. */
  private static final long PATIENCE_NANOS = 1_000_000_000;

  private static volatile int supported; // 0: not tried, 1: yes, -1: no

  private final int port;
  private final SocketChannel lock;

  private Guard(int port, SocketChannel lock) {
    this.port = port;
    this.lock = lock;
  }

  private static InetAddress address(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {127, (byte) 254, (byte) 254, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Returns whether this machine behaves as described.
   *
   * @throws IOException if that cannot be found out now, since there are no sockets to try it with
   */
  static boolean isSupported() throws IOException {
    int known = supported;
    if (known == 0) {
      known = probe() ? 1 : -1;
      supported = known;
    }
    return known > 0;
  }

  private static boolean probe() throws IOException {
    // Not every system has these addresses. There, a bind of them fails whoever has the port.
    if (!canBind(LOCK, 0) || !canBind(MARK, 0)) {
      return false;
    }
    try (SocketChannel hold = BoundSockets.openTcp()) {
      hold.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      hold.bind(new InetSocketAddress(0));
      int port = ((InetSocketAddress) hold.getLocalAddress()).getPort();
      if (canBind(LOCK, port) || canBind(MARK, port)) {
        return false;
      }
      hold.setOption(StandardSocketOptions.SO_REUSEADDR, false);
      return !canListen(port);
    }
  }

  private static boolean canBind(InetAddress address, int port) throws IOException {
    try {
      BoundSockets.bindTcp(new InetSocketAddress(address, port), false).close();
      return true;
    } catch (BindException refused) {
      return false;
    }
  }

  private static boolean canListen(int port) throws IOException {
    try {
      new ServerSocket(port).close();
      return true;
    } catch (BindException refused) {
      return false;
    }
  }

  /**
   * Takes the lock of a port.
   *
   * @throws BindException if somebody has the port on all addresses, or takes it at this moment
   */
  static Guard take(int port) throws IOException {
    return new Guard(port, BoundSockets.bindTcp(new InetSocketAddress(LOCK, port), false));
  }

  /**
   * Takes the lock of a port that the caller has bound exclusively on one address. So nobody has it
   * on all addresses, and a lock that is taken is so for a moment.
   */
  static Guard await(int port) throws IOException {
    long start = System.nanoTime();
    while (true) {
      try {
        return take(port);
      } catch (BindException taken) {
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw taken;
        }
        Thread.onSpinWait();
      }
    }
  }

  /**
   * Lets a bind with {@code SO_REUSEADDR} succeed on all addresses, if no other FreePort holds the
   * port on a single one. The lock stays taken.
   *
   * @throws BindException if one does
   */
  void open() throws IOException {
    BoundSockets.bindTcp(new InetSocketAddress(MARK, port), false).close();
    lock.setOption(StandardSocketOptions.SO_REUSEADDR, true);
  }

  /** Returns the mark of a hold on a single address. */
  SocketChannel mark() throws IOException {
    return BoundSockets.bindTcp(new InetSocketAddress(MARK, port), true);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  /** Returns whether a hold on an address needs a mark. */
  static boolean isForSingle(Protocol protocol, InetSocketAddress where) throws IOException {
    return protocol.hasTcp() && !where.getAddress().isAnyLocalAddress() && isSupported();
  }
}
