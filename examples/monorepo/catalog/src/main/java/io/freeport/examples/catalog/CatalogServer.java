package io.freeport.examples.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;

/**
 * Answers each article with a link to its page. So it must be told its own address, and before it
 * starts: behind a proxy it could not find it out either.
 */
public final class CatalogServer implements AutoCloseable {

  private final HttpServer server;

  private CatalogServer(HttpServer server) {
    this.server = server;
  }

  /** Starts a server of the shop's name at the address, which is also what its links begin with. */
  public static CatalogServer start(URI address, String shop) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(address.getHost(), address.getPort()), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          boolean page = path.startsWith("/page/");
          String answer =
              page
                  ? path.substring("/page/".length()) + ", sold by " + shop
                  : address.resolve("/page" + path).toString();
          byte[] body = answer.getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    return new CatalogServer(server);
  }

  /** Takes the address and the shop's name, and says when it is ready. */
  public static void main(String[] args) throws IOException {
    start(URI.create(args[0]), args[1]);
    System.out.println("ready");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
