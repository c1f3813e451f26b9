package io.freeport.plan.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.freeport.PortAllocator;
import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.PortTier;
import io.freeport.StartedConsumer;
import io.freeport.plan.PortAssignments;
import io.freeport.plan.health.Health;
import io.freeport.plan.internal.http.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves the ports of services to processes and front ends under test, over HTTP and in JSON.
 *
 * <ul>
 *   <li>{@code GET /api/ports}: {@link PortAssignments#toJson()}
 *   <li>{@code GET /api/health}: that this server runs, and for which plan
 *   <li>{@code GET /api/health?detailed=true}: the health of each service, too, checked now
 * </ul>
 *
 * <p>It listens on the loopback address only, and answers only requests for {@code localhost} or
 * that address. Scripts of web pages cannot read its answers unless their origin is {@linkplain
 * Builder#allowOrigin allowed}.
 *
 * <p><strong>Cleanup.</strong> {@link #close()} stops it; until then its thread keeps the JVM
 * alive.
 *
 * @since 0.1.0
 */
public final class PortsServer implements AutoCloseable {

  /** The ports that the server prefers, and where {@link PortsClient} looks for it. */
  static final PortRange RANGE = new PortRange(17600, 17649);

  /** Lets {@link PortsClient} recognise the server. */
  static final String APPLICATION = "freeport";

  private static final Pattern LOCAL_HOST =
      Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]+)?");

  private final PortAssignments assignments;
  private final @Nullable String allowedOrigin;
  private final @Nullable Path file;
  private final PortAllocator allocator;
  private final HttpServer server;
  private final ExecutorService threads;

  private PortsServer(Builder builder) throws IOException {
    assignments = builder.assignments;
    allowedOrigin = builder.allowedOrigin;
    file = builder.file;
    allocator = PortAllocator.create();
    threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "freeport-api");
              thread.setDaemon(true);
              return thread;
            });
    try {
      PortRequest.Builder request = PortRequest.named("ports-api");
      if (builder.port == null) {
        request.range(RANGE.first(), RANGE.last()).upTo(PortTier.ANY);
      } else {
        request.preferred(builder.port).strict();
      }
      StartedConsumer<HttpServer> started =
          allocator.startOn(request.build(), port -> listen(port.number()));
      server = started.consumer();
    } catch (Throwable e) {
      threads.shutdownNow();
      allocator.close();
      throw e;
    }
  }

  /**
   * Starts a server.
   *
   * @param assignments the ports to serve, later ones included
   * @return the server, to be closed
   * @throws IOException if it cannot listen
   */
  public static PortsServer start(PortAssignments assignments) throws IOException {
    return builder(assignments).start();
  }

  /**
   * Prepares a server.
   *
   * @param assignments the ports to serve, later ones included
   * @return a builder
   */
  public static Builder builder(PortAssignments assignments) {
    return new Builder(assignments);
  }

  /**
   * Returns where it listens.
   *
   * @return for example {@code http://127.0.0.1:17600}
   */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private HttpServer listen(int port) throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    HttpServer listening = HttpServer.create(new InetSocketAddress(loopback, port), 0);
    listening.setExecutor(threads);
    listening.createContext("/", this::handle);
    listening.start();
    return listening;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String host = exchange.getRequestHeaders().getFirst("Host");
      if (host == null || !LOCAL_HOST.matcher(host).matches()) {
        // A page of another site whose name resolves to this host (DNS rebinding).
        answer(exchange, 403, error("Ask for localhost, not for " + host + "."));
        return;
      }
      allowOrigin(exchange);
      switch (exchange.getRequestMethod()) {
        case "GET" -> get(exchange);
        case "OPTIONS" -> exchange.sendResponseHeaders(204, -1);
        default -> {
          exchange.getResponseHeaders().set("Allow", "GET, OPTIONS");
          answer(exchange, 405, error("Only GET is answered."));
        }
      }
    }
  }

  private void allowOrigin(HttpExchange exchange) {
    if (allowedOrigin != null
        && allowedOrigin.equals(exchange.getRequestHeaders().getFirst("Origin"))) {
      exchange.getResponseHeaders().set("Access-Control-Allow-Origin", allowedOrigin);
      exchange.getResponseHeaders().set("Vary", "Origin");
    }
  }

  private void get(HttpExchange exchange) throws IOException {
    URI asked = exchange.getRequestURI();
    switch (String.valueOf(asked.getPath())) {
      case "/api/ports" -> answer(exchange, 200, assignments.toJson());
      case "/api/health" ->
          answer(exchange, 200, Json.write(health("detailed=true".equals(asked.getQuery()))));
      default -> answer(exchange, 404, error("There are /api/ports and /api/health."));
    }
  }

  private Map<String, Object> health(boolean detailed) {
    Map<String, Object> health = new LinkedHashMap<>();
    health.put("success", true);
    health.put("application", APPLICATION);
    health.put("plan", assignments.planId());
    health.put("status", "healthy");
    if (detailed) {
      Map<String, Object> services = new LinkedHashMap<>();
      Map<String, Health> found = assignments.health();
      found.forEach((name, one) -> services.put(name, status(name, one)));
      health.put("status", status(found.values().stream().allMatch(Health::healthy)));
      health.put("services", services);
    }
    return health;
  }

  private Map<String, Object> status(String name, Health found) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("status", status(found.healthy()));
    status.put("port", assignments.port(name));
    status.put("reason", found.reason());
    status.put("timestamp", found.time().toString());
    return status;
  }

  private static String status(boolean healthy) {
    return healthy ? "healthy" : "unhealthy";
  }

  private static String error(String message) {
    return Json.write(Map.of("success", false, "error", message));
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  /** Moves a complete file into place, so that readers never see half of it. */
  private void writeFile() throws IOException {
    if (file != null) {
      Path part = Files.createTempFile(file.toAbsolutePath().getParent(), "freeport", ".part");
      try {
        Files.writeString(part, uri().toString());
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    }
  }

  /** Stops the server, and removes its file. Closing it again does nothing. */
  @Override
  public void close() {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // A client that finds the file gets no answer and tries the next place.
      }
    }
    stop();
  }

  private void stop() {
    server.stop(0);
    threads.shutdownNow();
    allocator.close();
  }

  /**
   * Builds a {@link PortsServer}.
   *
   * @since 0.1.0
   */
  public static final class Builder {

    private final PortAssignments assignments;
    private @Nullable String allowedOrigin;
    private @Nullable Path file;
    private @Nullable Integer port;

    private Builder(PortAssignments assignments) {
      this.assignments = assignments;
    }

    /**
     * Sets the port of the server. By default it is one where {@link PortsClient} looks, or any.
     *
     * @param port from 1 to 65535
     * @return this
     */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /**
     * Lets scripts of one origin read the answers. By default, none may.
     *
     * @param origin for example {@code http://localhost:5173}
     * @return this
     */
    public Builder allowOrigin(String origin) {
      this.allowedOrigin = origin;
      return this;
    }

    /**
     * Writes the URL of the server to a file while it runs, for {@link PortsClient.Builder#file}.
     *
     * @param file in a directory that exists; is replaced
     * @return this
     */
    public Builder file(Path file) {
      this.file = file;
      return this;
    }

    /**
     * Starts the server.
     *
     * @return the server, to be closed
     * @throws IOException if it cannot listen, or write its file
     */
    public PortsServer start() throws IOException {
      PortsServer started = new PortsServer(this);
      try {
        started.writeFile();
        return started;
      } catch (Throwable e) {
        stop(started, e);
        throw e;
      }
    }

    /** Leaves the file alone, which may be another server's. */
    private static void stop(PortsServer started, Throwable failure) {
      try {
        started.stop();
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
