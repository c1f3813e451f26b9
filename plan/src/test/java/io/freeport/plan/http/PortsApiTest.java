package io.freeport.plan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freeport.PortAllocator;
import io.freeport.PortUnavailableException;
import io.freeport.plan.EndlessServer;
import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortPlan;
import io.freeport.plan.TestServer;
import io.freeport.plan.health.HealthCheck;
import io.freeport.plan.internal.http.Json;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ports API, asked by real clients. */
class PortsApiTest {

  @TempDir Path directory;
  private PortPlan plan;
  private PortAssignments assignments;

  @BeforeEach
  void assign() throws IOException {
    Files.writeString(
        directory.resolve("freeport.yaml"),
        """
        services:
          server: {requires: http, health: /}
          websocket: {inherit: server, requires: websocket}
          redis: {requires: tcp}
        """);
    plan = PortPlan.load(directory);
    assignments = plan.assign();
  }

  @AfterEach
  void release() {
    assignments.close();
  }

  /** Runs curl, the client that everybody has. */
  private static String curl(String... arguments) throws Exception {
    Process process =
        new ProcessBuilder(
                Stream.concat(Stream.of("curl", "-s", "-S", "--noproxy", "*"), Stream.of(arguments))
                    .toList())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static int freePort() {
    try (PortAllocator allocator = PortAllocator.create()) {
      return allocator.hold().number();
    }
  }

  @Test
  void listensWhereItIsTold() throws Exception {
    int port = freePort();
    try (PortsServer server = PortsServer.builder(assignments).port(port).start()) {
      assertThat(server.uri()).hasPort(port);
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> PortsServer.builder(assignments).port(port).start())
          .withMessageContaining("Stop what has " + port);
    }
  }

  @Test
  void answersCurl() throws Exception {
    try (PortsServer server = PortsServer.start(assignments)) {
      assertThat(curl(server.uri() + "/api/ports")).isEqualTo(assignments.toJson());
      assertThat(curl("http://localhost:" + server.uri().getPort() + "/api/health"))
          .isEqualTo(
              "{\"success\":true,\"application\":\"freeport\",\"plan\":\"%s\",\"status\":\"healthy\"}"
                  .formatted(plan.id()));
      assertThat(curl("-i", "-X", "POST", server.uri() + "/api/ports"))
          .startsWith("HTTP/1.1 405 ")
          .contains("Allow: GET");
      assertThat(curl("-i", server.uri() + "/api/ports/x")).startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void tellsTheHealthOfEachService() throws Exception {
    try (PortsServer server = PortsServer.start(assignments);
        TestServer web = TestServer.start(assignments.offer("server"), 200)) {
      Map<?, ?> health = Json.readObject(curl(server.uri() + "/api/health?detailed=true"));
      assertThat(health.get("status")).isEqualTo("unhealthy"); // redis is not there
      Map<?, ?> services = (Map<?, ?>) Objects.requireNonNull(health.get("services"));
      assertThat(services.keySet().stream().map(String::valueOf))
          .containsExactly("server", "websocket", "redis");
      assertThat((Map<?, ?>) services.get("server"))
          .satisfies(its -> assertThat(its.get("status")).isEqualTo("healthy"))
          .satisfies(its -> assertThat(its.get("port")).isEqualTo(web.port()));
      assertThat((Map<?, ?>) services.get("websocket"))
          .satisfies(its -> assertThat(its.get("status")).isEqualTo("healthy"));
      assertThat((Map<?, ?>) services.get("redis"))
          .satisfies(its -> assertThat(its.get("status")).isEqualTo("unhealthy"));
    }
  }

  @Test
  void isForThisHostOnly() throws Exception {
    try (PortsServer server = PortsServer.start(assignments)) {
      int port = server.uri().getPort();
      List<InetAddress> others =
          Stream.concat(
                  Stream.of(InetAddress.getByName("127.0.0.2")),
                  NetworkInterface.networkInterfaces()
                      .filter(PortsApiTest::isUp)
                      .flatMap(NetworkInterface::inetAddresses)
                      .filter(address -> !address.isLoopbackAddress())
                      .filter(address -> !address.isLinkLocalAddress()))
              .toList();
      assertThat(others)
          .allSatisfy( // networks of containers may be gone by now, which is another exception
              address ->
                  assertThatExceptionOfType(SocketException.class)
                      .isThrownBy(() -> new Socket(address, port).close()));
      // the same server by a name that somebody made lead here
      assertThat(curl("-i", "-H", "Host: evil.example:" + port, server.uri() + "/api/ports"))
          .startsWith("HTTP/1.1 403 ")
          .doesNotContain("redis");
    }
  }

  private static boolean isUp(NetworkInterface network) {
    try {
      return network.isUp();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void allowsNoOriginUnlessAsked() throws Exception {
    String origin = "http://localhost:5173";
    try (PortsServer server = PortsServer.start(assignments)) {
      assertThat(curl("-i", "-H", "Origin: " + origin, server.uri() + "/api/ports"))
          .doesNotContainIgnoringCase("Access-Control");
    }
    try (PortsServer server = PortsServer.builder(assignments).allowOrigin(origin).start()) {
      assertThat(curl("-i", "-H", "Origin: " + origin, server.uri() + "/api/ports"))
          .containsIgnoringCase("Access-Control-Allow-Origin: " + origin);
      assertThat(curl("-i", "-H", "Origin: http://evil.example", server.uri() + "/api/ports"))
          .doesNotContainIgnoringCase("Access-Control");
    }
  }

  @Test
  void clientFindsTheServerByWhatItIsGiven() throws Exception {
    Path file = directory.resolve("api.url");
    try (PortsServer server = PortsServer.builder(assignments).file(file).start()) {
      PortsClient byUrl = patient().url(server.uri() + "/").discover();
      assertThat(byUrl.source()).isEqualTo(PortsClient.Source.URL);
      assertThat(byUrl.ports().keySet()).containsExactly("server", "websocket", "redis");
      assertThat(byUrl.port("server")).isEqualTo(assignments.port("server"));
      assertThat(byUrl.url("websocket")).hasValue("ws://localhost:" + byUrl.port("server"));

      PortsClient byFile = patient().url("http://127.0.0.1:1").file(file).discover();
      assertThat(byFile.source()).isEqualTo(PortsClient.Source.FILE);
      assertThat(byFile.uri()).hasValue(server.uri());

      PortsClient byScan = patient().plan(plan).discover();
      assertThat(byScan.source()).isEqualTo(PortsClient.Source.SCAN);
      assertThat(byScan.port("redis")).isEqualTo(assignments.port("redis"));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> byScan.port("rediss"))
          .withMessageContaining("Did you mean \"redis\"?");
    }
    assertThat(file).doesNotExist();
  }

  /** Its threads would keep the JVM alive, and nobody could stop it. */
  @Test
  void doesNotRunWithoutItsFile() throws Exception {
    int port = freePort();
    Path missing = directory.resolve("missing/api.url");
    Path directoryInUse = Files.createDirectories(directory.resolve("in-use/x")).getParent();
    for (Path file : List.of(missing, directoryInUse)) {
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> PortsServer.builder(assignments).port(port).file(file).start())
          .withMessageContaining(directory.toString())
          .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
      assertThat(HealthCheck.free(port).check().reason()).isEqualTo("port " + port + " is free");
    }
    assertThat(directory).isDirectoryNotContaining("glob:**.part");
  }

  /** A server is there, but not ours, or not this plan's, or it says nothing. */
  @Test
  void clientFallsBackToDefaults() throws Exception {
    Files.createDirectory(directory.resolve("other"));
    PortPlan other =
        PortPlan.load(
            Files.writeString(directory.resolve("other/freeport.yaml"), "services: {redis: }"));
    Map<String, Integer> defaults = Map.of("server", 3000);
    try (PortAssignments others = other.assign();
        PortsServer server = PortsServer.start(others);
        TestServer stranger = TestServer.start(assignments.offer("server"), 200);
        ServerSocket silent = new ServerSocket(assignments.offer("redis"))) {
      for (int port : List.of(server.uri().getPort(), stranger.port(), silent.getLocalPort())) {
        PortsClient client =
            PortsClient.builder()
                .plan(plan)
                .url("http://127.0.0.1:" + port)
                .scan(port, port)
                .timeout(Duration.ofMillis(300))
                .defaults(defaults)
                .discover();
        assertThat(client.source()).isEqualTo(PortsClient.Source.DEFAULTS);
        assertThat(client.uri()).isEmpty();
        assertThat(client.port("server")).isEqualTo(3000);
      }
    }
  }

  /** Anybody may listen where it looks. */
  @Test
  void clientReadsNoAnswerWithoutEnd() throws Exception {
    try (EndlessServer server =
        EndlessServer.start(0, "HTTP/1.1 200 OK\r\n\r\n", new byte[1 << 20])) {
      PortsClient client =
          PortsClient.builder()
              .url("http://127.0.0.1:" + server.port())
              .scan(server.port(), server.port())
              .timeout(Duration.ofSeconds(60))
              .discover();
      assertThat(client.source()).isEqualTo(PortsClient.Source.DEFAULTS);
      assertThat(server.taken()).isLessThan(64 << 20);
      assertThat(server.taken()).isLessThan(64 << 20);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[", // 20 000 times: nested too deeply
        "{\"a\":",
        "- ",
        "? ",
        "&a [*a]",
        "{\"application\": \"freeport\", \"data\": {\"urls\": {\"x\": &a [[*a]]}}}",
        "{\"application\": \"freeport\", \"data\": {\"web\": 0, \"db\": 99999999999, \"urls\": {\"x\": 1}}}"
      })
  void clientTakesNothingElseForPorts(String text) throws Exception {
    String body = text.length() < 6 ? text.repeat(20_000) : text;
    try (EndlessServer server =
        EndlessServer.start(
            0,
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body,
            new byte[0])) {
      PortsClient client =
          PortsClient.builder()
              .url("http://127.0.0.1:" + server.port())
              .scan(server.port(), server.port())
              .discover();
      assertThat(client.ports()).isEmpty();
      assertThat(client.url("x")).isEmpty();
    }
  }

  /** In another process, told by its environment. */
  @Test
  void childProcessFindsTheServerByItsEnvironment() throws Exception {
    try (PortsServer server = PortsServer.start(assignments);
        ChildJvm child =
            ChildJvm.start(
                Map.of("FREEPORT_API", server.uri().toString()), List.of(), Child.class)) {
      assertThat(child.readLine()).isEqualTo("ENVIRONMENT " + assignments.port("redis"));
    }
  }

  /** A machine may be busy, and no server here is slow by itself. */
  private static PortsClient.Builder patient() {
    return PortsClient.builder().timeout(Duration.ofMinutes(1));
  }

  static final class Child {
    public static void main(String[] args) {
      PortsClient client = patient().discover();
      System.out.println(client.source() + " " + client.port("redis"));
    }
  }
}
