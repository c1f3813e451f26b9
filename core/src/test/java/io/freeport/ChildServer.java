package io.freeport;

import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/** A server in a process of its own, as a test starts one. */
final class ChildServer {

  private ChildServer() {}

  /** Starts a JVM whose server listens as Java's servers do. */
  static Process start(int port) throws IOException {
    return start(port, true);
  }

  /** Starts a JVM whose server sets {@code SO_REUSEADDR}, or does not. */
  static Process start(int port, boolean reuseAddress) throws IOException {
    return new ProcessBuilder(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                ChildJvm.classPath(),
                ChildServer.class.getName(),
                String.valueOf(port),
                String.valueOf(reuseAddress)))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  public static void main(String[] args) throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(Boolean.parseBoolean(args[1]));
      server.bind(new InetSocketAddress(Integer.parseInt(args[0])));
      while (true) {
        server.accept().close();
      }
    }
  }
}
