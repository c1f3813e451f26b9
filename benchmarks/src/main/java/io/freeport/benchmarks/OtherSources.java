package io.freeport.benchmarks;

import io.freeport.benchmarks.PortSource.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.NoSuchElementException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import me.alexpanov.net.FreePortFinder;
import org.apache.camel.test.AvailablePortFinder;
import org.apache.flink.util.NetUtils;
import org.apache.zookeeper.PortAssignment;
import org.mockserver.socket.PortFactory;
import org.springframework.test.util.TestSocketUtils;

/** The others, each in the way that its documentation, or its tests, have it. */
final class OtherSources {

  private static final int RAW_FIRST = 10_000;
  private static final int RAW_LAST = 32_767;
  private static final int EPHEMERAL_FIRST = 32_768;
  private static final int EPHEMERAL_END = 61_000;

  private OtherSources() {}

  static Lease serverSocket() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return PortSource.justANumber(socket.getLocalPort());
    }
  }

  static Lease spring() {
    return PortSource.justANumber(TestSocketUtils.findAvailableTcpPort());
  }

  static Lease camel() {
    AvailablePortFinder.Port port = AvailablePortFinder.find();
    return new Closing(port.getPort(), port);
  }

  /** It never goes back, and fails when it has come to the highest number. */
  static Lease freePortFinder() {
    try {
      return PortSource.justANumber(FreePortFinder.findFreeLocalPort());
    } catch (IllegalArgumentException | NoSuchElementException atTheEnd) {
      setBackFreePortFinder();
      return PortSource.justANumber(FreePortFinder.findFreeLocalPort());
    }
  }

  /** It takes no number below the last one that it gave. */
  static void setBackFreePortFinder() {
    try {
      Field next = FreePortFinder.class.getDeclaredField("currentMinPort");
      next.setAccessible(true);
      ((AtomicInteger) next.get(null)).set(FreePortFinder.MIN_PORT_NUMBER);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("This is not the free-port-finder that is known here", e);
    }
  }

  static Lease flink() {
    NetUtils.Port port = NetUtils.getAvailablePort();
    return new Closing(port.getPort(), port);
  }

  static Lease mockServer() {
    return PortSource.justANumber(PortFactory.findFreePort());
  }

  static Lease zooKeeper() {
    return PortSource.justANumber(PortAssignment.unique());
  }

  static Lease raw() throws IOException {
    while (true) {
      try (SocketChannel socket = SocketChannel.open()) {
        int port = ThreadLocalRandom.current().nextInt(RAW_FIRST, RAW_LAST + 1);
        socket.bind(new InetSocketAddress(port));
        return PortSource.justANumber(port);
      } catch (BindException taken) {
        // another one
      }
    }
  }

  /**
   * Of that half of the ephemeral numbers which Linux gives to {@code connect()} first, and to
   * {@code bind(0)} last.
   */
  static Lease even() throws IOException {
    while (true) {
      int half = ThreadLocalRandom.current().nextInt((EPHEMERAL_END - EPHEMERAL_FIRST) / 2);
      try (ServerSocket socket = new ServerSocket(EPHEMERAL_FIRST + 2 * half)) {
        return PortSource.justANumber(socket.getLocalPort());
      } catch (BindException taken) {
        // another one
      }
    }
  }

  private record Closing(int number, AutoCloseable resource) implements Lease {

    @Override
    public void close() {
      try {
        resource.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (Exception e) {
        throw new IllegalStateException("Cannot give back port " + number, e);
      }
    }
  }
}
