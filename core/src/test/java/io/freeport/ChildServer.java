package io.freeport;

import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A server in a process of its own, as a test starts one. */
final class ChildServer {

  private ChildServer() {}

  /** Starts a JVM whose server listens as Java's servers do. */
  static Process start(int port) throws IOException {
    return start(port, "reuse-address");
  }

  /**
   * Starts a JVM with a server.
   *
   * @param option the socket option that the server sets: reuse-address, reuse-port or no-reuse
   */
  static Process start(int port, String option) throws IOException {
    return start(port, option, Duration.ZERO);
  }

  /** Starts a JVM whose server does other things first, as many do, and then binds its port. */
  static Process startSlow(int port) throws IOException {
    return start(port, "reuse-address", Duration.ofMillis(700));
  }

  private static Process start(int port, String option, Duration delay) throws IOException {
    return new ProcessBuilder(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                ChildJvm.classPath(),
                ChildServer.class.getName(),
                String.valueOf(port),
                option,
                String.valueOf(delay.toNanos())))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  public static void main(String[] args) throws IOException {
    LockSupport.parkNanos(Long.parseLong(args[2]));
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(args[1].equals("reuse-address"));
      server.setOption(StandardSocketOptions.SO_REUSEPORT, args[1].equals("reuse-port"));
      server.bind(new InetSocketAddress(Integer.parseInt(args[0])));
      while (true) {
        server.accept().close();
      }
    }
  }
}
