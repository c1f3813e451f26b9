package io.freeport;

import io.freeport.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Another process whose server stops and starts as often as it is told. */
final class RestartServer implements AutoCloseable {

  private final ChildJvm process;

  private RestartServer(ChildJvm process) {
    this.process = process;
  }

  static RestartServer launch() throws IOException {
    return new RestartServer(ChildJvm.start(Main.class));
  }

  /** Binds the port, and listens. Returns false if somebody else has it. */
  boolean listen(int port) throws IOException {
    return ask("listen " + port);
  }

  /** Returns whether the server accepts the connection that the caller makes. */
  boolean answersOn(int port) throws IOException {
    process.send("accept");
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return Boolean.parseBoolean(process.readLine()) && client.isConnected();
    }
  }

  void stop() throws IOException {
    boolean unused = ask("stop");
  }

  private boolean ask(String command) throws IOException {
    process.send(command);
    return Boolean.parseBoolean(process.readLine());
  }

  @Override
  public void close() {
    process.close();
  }

  static final class Main {

    private Main() {}

    public static void main(String[] args) throws IOException {
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      ServerSocket server = new ServerSocket();
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        String[] words = line.split(" ", -1);
        boolean answer = true;
        switch (words[0]) {
          case "listen" -> {
            server = new ServerSocket();
            answer = bind(server, Integer.parseInt(words[1]));
          }
          case "accept" -> server.accept().close();
          default -> server.close();
        }
        System.out.println(answer);
      }
    }

    private static boolean bind(ServerSocket server, int port) throws IOException {
      try {
        server.bind(new InetSocketAddress(port));
        return true;
      } catch (BindException somebodyHasIt) {
        server.close();
        return false;
      }
    }
  }
}
