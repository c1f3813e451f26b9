package io.freeport.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Listens on loopback and answers as an engine with one container: no test needs a second real one.
 */
public final class StandInEngine implements AutoCloseable {

  /** Method and path of each request. */
  public final List<String> requests = new CopyOnWriteArrayList<>();

  private final String id;
  private final int publishedPort;
  private final HttpServer server;

  /**
   * @param id what it says that it is, and the version that it says to have
   * @param publishedPort a port of its container
   */
  public StandInEngine(String id, int publishedPort) throws IOException {
    this.id = id;
    this.publishedPort = publishedPort;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  public String address() {
    return "tcp://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(exchange.getRequestMethod() + " " + path);
      byte[] body = new ObjectMapper().writeValueAsString(content(path)).getBytes(UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Object content(String path) {
    if (path.endsWith("/info")) {
      return Map.of("ID", id, "Name", "stand-in", "ServerVersion", id);
    }
    if (path.endsWith("/containers/json")) {
      return List.of(
          Map.of(
              "Id", "0".repeat(64),
              "Names", List.of("/of-" + id),
              "Image", "stand-in",
              "Labels", Map.of("io.freeport.owner", "elsewhere/1/2/0123abcd"),
              "Ports", List.of(Map.of("PublicPort", publishedPort, "Type", "tcp"))));
    }
    return path.endsWith("/volumes") ? Map.of("Volumes", List.of()) : List.of();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
