package io.freeport.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.UnaryOperator;

/** An HTTP service: a path in, a text out. */
final class Service implements AutoCloseable {

  private final HttpServer server;

  private Service(HttpServer server) {
    this.server = server;
  }

  static Service start(URI address, UnaryOperator<String> answers) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(address.getHost(), address.getPort()), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = answers.apply(exchange.getRequestURI().getPath()).getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    return new Service(server);
  }

  /** Returns what the service at the address answers. */
  static String call(URI address, String path) {
    HttpRequest request = HttpRequest.newBuilder(address.resolve(path)).build();
    try {
      return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + address, e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
