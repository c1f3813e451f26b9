package io.freeport;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A socket that is bound to a port of all addresses and never listens.
 *
 * <p>Since it does not listen, connections to the port are refused, so no wait strategy mistakes
 * the hold for the service. ({@code ServerSocket} will not do: its {@code bind} listens as well.)
 * What the kernel does with a second bind of the same port depends on {@code SO_REUSEADDR} of
 * <em>both</em> sockets at the time of the second bind, so setting the option on a socket that is
 * bound already opens the port to a consumer without a moment in which nobody has it.
 */
final class Hold {

  private final SocketChannel socket;

  private Hold(SocketChannel socket) {
    this.socket = socket;
  }

  /** Returns a hold that excludes everybody else, or null if somebody has the port. */
  static @Nullable Hold exclusive(int port) throws IOException {
    return bind(port, false);
  }

  /**
   * Returns a hold beside which a consumer can bind, or null if somebody listens on the port or has
   * it exclusively. Unlike {@link #exclusive} it can be had while the port's former connections are
   * in TIME_WAIT.
   */
  static @Nullable Hold shared(int port) throws IOException {
    return bind(port, true);
  }

  private static @Nullable Hold bind(int port, boolean reuseAddress) throws IOException {
    SocketChannel socket = SocketChannel.open();
    try {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, reuseAddress);
      socket.bind(new InetSocketAddress(port));
      return new Hold(socket);
    } catch (BindException taken) {
      socket.close();
      return null;
    } catch (Throwable e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Returns whether somebody listens on the port, without connecting to it: two sockets with {@code
   * SO_REUSEADDR} may be bound to one port unless one of them listens. Right only while nobody has
   * the port exclusively, so for an offered one.
   */
  static boolean someoneListens(int port) throws IOException {
    Hold probe = shared(port);
    if (probe == null) {
      return true;
    }
    probe.close();
    return false;
  }

  /**
   * From now on a consumer that itself sets {@code SO_REUSEADDR} can bind the port beside this
   * hold.
   */
  void share() throws IOException {
    socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
  }

  void close() throws IOException {
    socket.close();
  }
}
