package io.freeport.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Servers of several kinds, each a process. */
final class TestServer {

  private TestServer() {}

  /**
   * Says {@code ready} and serves.
   *
   * @param args {@code http}, {@code exclusive} (without SO_REUSEADDR) or {@code udp}; the port
   */
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[1]);
    switch (args[0]) {
      case "http" -> http(port);
      case "exclusive" -> exclusive(port);
      default -> udp(port);
    }
  }

  private static void http(int port) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = ("pid " + ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    System.out.println("ready " + port);
  }

  private static void exclusive(int port) throws Exception {
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(false);
      server.bind(new InetSocketAddress(port));
      System.out.println("ready " + port);
      while (true) {
        Socket client = server.accept();
        client.close();
      }
    }
  }

  private static void udp(int port) throws Exception {
    try (DatagramSocket socket = new DatagramSocket(port)) {
      System.out.println("ready " + port);
      while (true) {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        socket.send(packet);
      }
    }
  }
}
