package io.freeport.internal.hold;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/** Opens and binds sockets that do nothing else. None is left open if that fails. */
public final class BoundSockets {

  /** Each option that is set is a system call, and a hold has only four of them. */
  private static final boolean IS_TCP_EXCLUSIVE_AT_FIRST = isTcpExclusiveAtFirst();

  private BoundSockets() {}

  /** Opens a TCP socket for an exclusive bind. */
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

  static SocketChannel bindTcp(InetSocketAddress where, boolean reuseAddress) throws IOException {
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

  static DatagramChannel bindUdp(InetSocketAddress where) throws IOException {
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

  static ServerSocketChannel listen(InetSocketAddress where) throws IOException {
    ServerSocketChannel socket = ServerSocketChannel.open();
    try {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      socket.bind(where, 1);
      return socket;
    } catch (Throwable e) {
      close(socket);
      throw e;
    }
  }

  static void bind(NetworkChannel socket, InetSocketAddress where) throws IOException {
    try {
      socket.bind(where);
    } catch (UnsupportedAddressTypeException e) {
      throw new SocketException(
          "Cannot assign requested address: this JVM has no "
              + (where.getAddress() instanceof Inet6Address ? "IPv6" : "IPv4"));
    }
  }

  public static void close(@Nullable Closeable socket) throws IOException {
    if (socket != null) {
      socket.close();
    }
  }
}
