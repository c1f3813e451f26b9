package io.freeport.cli;

import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Another process that listens on a port. */
public final class Listener implements AutoCloseable {

  static final List<String> AS_NOBODY =
      List.of("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  private final ChildJvm jvm;
  private final int port;

  private Listener(ChildJvm jvm) throws IOException {
    this.jvm = jvm;
    this.port = Integer.parseInt(jvm.readLine());
  }

  /** Returns one that ends when it gets TERM, or {@code stubborn} one that does not. */
  public static Listener start(boolean stubborn) throws IOException {
    // The tests' own classes will do: systems cut long command lines, and tests look for the class.
    String classPath =
        Path.of(URI.create(Main.class.getProtectionDomain().getCodeSource().getLocation() + ""))
            .toString();
    return new Listener(
        ChildJvm.start(Map.of(), List.of(), List.of(), classPath, Main.class, stubborn));
  }

  /** Returns one of the user nobody. */
  static Listener ofNobody(Path folder) throws IOException {
    return new Listener(
        ChildJvm.start(
            Map.of(), AS_NOBODY, List.of(), ChildJvm.copyOfClassPath(folder), Main.class, false));
  }

  int port() {
    return port;
  }

  public long pid() {
    return jvm.pid();
  }

  public boolean isAlive() {
    return ProcessHandle.of(jvm.pid()).map(ProcessHandle::isAlive).orElse(false);
  }

  @Override
  public void close() {
    jvm.close();
  }

  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      if (Boolean.parseBoolean(args[0])) {
        // The JVM waits for its hooks, and this one never ends.
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      while (true) {
                        try {
                          Thread.sleep(Long.MAX_VALUE);
                        } catch (InterruptedException e) {
                          // stays
                        }
                      }
                    }));
      }
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        System.out.println(server.getLocalPort());
        while (System.in.read() >= 0) {
          // until the test ends
        }
      }
    }
  }
}
