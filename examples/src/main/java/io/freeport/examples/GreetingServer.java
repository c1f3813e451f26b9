package io.freeport.examples;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A server as many are: it has to be told its port, and it tells its port to others. */
public final class GreetingServer implements AutoCloseable {

  private final HttpServer server;

  private GreetingServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts the server on a port of the loopback address.
   *
   * @param port where to listen
   * @return the running server
   * @throws IOException if the port cannot be bound
   */
  public static GreetingServer start(int port) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    byte[] greeting = ("Hello from port " + port).getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, greeting.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(greeting);
          }
        });
    server.start();
    return new GreetingServer(server);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
