package io.freeport.docker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Speaks as much of the engine's protocol as the reaper needs, on loopback, and fails as it is
 * told: real engines do not fail on demand. What it lists is not filtered, so that also labels that
 * were not asked for come back.
 */
public final class FakeEngine implements AutoCloseable {

  /** A status and what the engine says to it. */
  public record Answer(int status, String message) {}

  /** Answers in place of the engine. */
  public interface Fault {
    /** Returns the answer; null for the usual one. */
    @Nullable Answer answer(String request);
  }

  /** Sends a body in place of the usual one. */
  public interface Body {
    /** Returns its pieces, which may have no end; null for the usual body. */
    @Nullable Stream<String> answer(String request);
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  public final List<Map<String, Object>> containers = new CopyOnWriteArrayList<>();
  public final List<Map<String, Object>> networks = new CopyOnWriteArrayList<>();
  public final List<Map<String, Object>> volumes = new CopyOnWriteArrayList<>();

  /** What an engine tells of one container, by its id; without it, what the list has. */
  public final Map<String, Map<String, Object>> details = new ConcurrentHashMap<>();

  /** Labels by image id. */
  public final Map<String, Map<String, String>> images = new ConcurrentHashMap<>();

  /** Method and path of each request. */
  public final List<String> requests = new CopyOnWriteArrayList<>();

  /** The addresses from which connections came. */
  public final Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();

  public final AtomicInteger mostAtATime = new AtomicInteger();

  /** Is asked before each usual answer. */
  public volatile Fault fault = request -> null;

  /** Is asked before each usual body, and that of a fault. */
  public volatile Body body = request -> null;

  /** Null if it does not tell it. */
  public volatile @Nullable String systemTime = "2100-01-01T00:00:00Z";

  /** What its version is made of. */
  public volatile List<Map<String, Object>> parts =
      List.of(Map.of("Name", "Engine", "Version", "28.5.2"));

  private final AtomicInteger now = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  public FakeEngine() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public String address() {
    return "tcp://127.0.0.1:" + server.getAddress().getPort();
  }

  public DockerClient connect() {
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(address())
            .withDockerTlsVerify(false)
            .build();
    return DockerClientImpl.getInstance(
        config, new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
  }

  /** Blocks whoever asks until this is closed. */
  public Answer hang() {
    await(closing);
    return new Answer(500, "closing");
  }

  /** Gives the usual answer, later. */
  public @Nullable Answer await(CountDownLatch until) {
    try {
      until.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }

  public static Map<String, Object> container(String id, Map<String, ?> labels) {
    return new HashMap<>(
        Map.of(
            "Id",
            id,
            "Image",
            "docker.io/library/busybox:1.35", // as Podman names it
            "ImageID",
            "sha256:1",
            "Created",
            1_000_000_000,
            "Labels",
            labels,
            "State",
            "running"));
  }

  public static Map<String, Object> network(String id, Map<String, ?> labels) {
    return new HashMap<>(
        Map.of("Id", id, "Name", "net", "Created", "2001-09-09T01:46:40Z", "Labels", labels));
  }

  public static Map<String, Object> volume(String name, Map<String, ?> labels) {
    return new HashMap<>(
        Map.of("Name", name, "CreatedAt", "2001-09-09T01:46:40Z", "Labels", labels));
  }

  public List<String> removed() {
    return requests.stream()
        .filter(request -> request.startsWith("DELETE "))
        .map(request -> request.substring(request.lastIndexOf('/') + 1))
        .toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
      requests.add(request);
      clients.add(exchange.getRemoteAddress());
      Answer answer = answer(request);
      Stream<String> pieces = body.answer(request);
      if (pieces != null) {
        send(pieces, answer == null ? 200 : answer.status(), exchange);
        return;
      }
      if (answer == null && request.startsWith("DELETE ")) {
        forget(exchange.getRequestURI().getPath());
        exchange.sendResponseHeaders(204, -1);
        return;
      }
      Object json = answer == null ? usual(request) : Map.of("message", answer.message());
      int status = answer == null ? json == null ? 404 : 200 : answer.status();
      byte[] bytes =
          JSON.writeValueAsString(json == null ? Map.of("message", "no such thing") : json)
              .getBytes(UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static void send(Stream<String> pieces, int status, HttpExchange exchange)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, 0);
    OutputStream body = exchange.getResponseBody();
    for (Iterator<String> piece = pieces.iterator(); piece.hasNext(); ) {
      body.write(piece.next().getBytes(UTF_8)); // fails when the client has had enough
    }
  }

  /** Counts until right before the answer: after it, the client may send the next request. */
  private @Nullable Answer answer(String request) {
    mostAtATime.accumulateAndGet(now.incrementAndGet(), Math::max);
    try {
      return fault.answer(request);
    } finally {
      now.decrementAndGet();
    }
  }

  private @Nullable Object usual(String request) {
    if (request.endsWith("/containers/json")) {
      return new ArrayList<>(containers);
    }
    if (request.endsWith("/networks")) {
      return new ArrayList<>(networks);
    }
    if (request.endsWith("/volumes")) {
      return Map.of("Volumes", new ArrayList<>(volumes));
    }
    if (request.endsWith("/info")) {
      return systemTime == null ? Map.of() : Map.of("SystemTime", systemTime);
    }
    if (request.endsWith("/version")) {
      return Map.of("Version", "28.5.2", "Components", parts);
    }
    if (request.contains("/volumes/")) {
      return named("Name", request.replaceAll(".*/", ""), volumes);
    }
    if (request.contains("/containers/")) {
      String id = request.replaceAll(".*/containers/(.*)/json", "$1");
      Map<String, Object> known = details.get(id);
      return known == null ? named("Id", id, containers) : known;
    }
    if (request.contains("/images/")) {
      String id = request.replaceAll(".*/images/(.*)/json", "$1").replace("%3A", ":");
      Map<String, String> labels = images.get(id);
      return labels == null ? null : Map.of("Id", id, "Config", Map.of("Labels", labels));
    }
    return Map.of();
  }

  private static @Nullable Map<String, Object> named(
      String key, String name, List<Map<String, Object>> all) {
    return all.stream().filter(one -> name.equals(one.get(key))).findFirst().orElse(null);
  }

  private void forget(String path) {
    String id = path.substring(path.lastIndexOf('/') + 1);
    if (path.contains("/containers/")) {
      containers.removeIf(container -> id.equals(container.get("Id")));
    } else if (path.contains("/networks/")) {
      networks.removeIf(network -> id.equals(network.get("Id")));
    } else {
      volumes.removeIf(volume -> id.equals(volume.get("Name")));
    }
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdown();
  }
}
