package io.freeport.plan;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Answers whatever it is asked with one status. */
public final class TestServer implements AutoCloseable {

  private final HttpServer server;

  private TestServer(HttpServer server) {
    this.server = server;
  }

  public static TestServer start(int port, int status) throws IOException {
    return start(new InetSocketAddress(port), status);
  }

  public static TestServer start(InetSocketAddress address, int status) throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    return new TestServer(server);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
