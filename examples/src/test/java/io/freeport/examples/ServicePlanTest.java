package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.junit5.FreePort;
import io.freeport.plan.AssignmentTier;
import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortPlan;
import io.freeport.plan.health.HealthEvent;
import io.freeport.plan.health.HealthMonitor;
import io.freeport.plan.http.PortsClient;
import io.freeport.plan.http.PortsServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The services of {@code freeport.yaml} at the root of the repository. */
class ServicePlanTest {

  private static final Set<PortAssignments> SEEN = ConcurrentHashMap.newKeySet();

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void servesWhereThePlanSays(@FreePort("greetings") int port) throws Exception {
    try (GreetingServer server = GreetingServer.start(port)) {
      assertThat(get("http://localhost:" + port)).isEqualTo("Hello from port " + port);
    }
  }

  @Test
  void knowsAllServices(@FreePort PortAssignments ports) throws Exception {
    try (GreetingServer server = GreetingServer.start(ports.offer("greetings"))) {
      assertThat(get(ports.url("greetings"))).startsWith("Hello");
      assertThat(ports.url("updates")).isEqualTo("ws://localhost:" + ports.port("greetings"));
      assertThat(ports.port("cache")).isBetween(13000, 17999);
    }
  }

  @Test
  void worksWithoutJUnit() {
    try (PortAssignments ports = PortPlan.load(Path.of("")).assign()) {
      ProcessBuilder process = new ProcessBuilder("my-server");
      process.environment().putAll(ports.asEnvironment());
      assertThat(process.environment()).containsKeys("GREETINGS_PORT", "UPDATES_URL", "CACHE_PORT");
    }
  }

  @Test
  void tellsOtherProcesses(@FreePort PortAssignments ports) throws Exception {
    try (PortsServer server = PortsServer.start(ports)) {
      PortsClient client =
          PortsClient.builder()
              .url(server.uri().toString())
              .defaults(Map.of("greetings", 18080))
              .discover();
      assertThat(client.port("greetings")).isEqualTo(ports.port("greetings"));
    }
  }

  @Test
  void watchesServices(@FreePort PortAssignments ports) throws Exception {
    BlockingQueue<HealthEvent> changes = new LinkedBlockingQueue<>();
    int port = ports.offer("greetings");
    try (GreetingServer server = GreetingServer.start(port);
        HealthMonitor monitor = ports.monitor(Duration.ofMillis(50), changes::add)) {
      HealthEvent change;
      do {
        change = changes.poll(1, TimeUnit.MINUTES);
        assertThat(change).isNotNull();
      } while (!change.service().equals("greetings"));
      assertThat(change.health().healthy()).isTrue();
    }
  }

  @RepeatedTest(4)
  void eachTestHasAPlanOfItsOwn(@FreePort PortAssignments ports) {
    assertThat(SEEN.add(ports)).isTrue();
    assertThat(ports.assign("updates").tier()).isEqualTo(AssignmentTier.INHERITED);
  }

  @Nested
  class WithinATest {

    private int fromSetUp;

    @BeforeEach
    void setUp(@FreePort("updates") HeldPort port) {
      fromSetUp = port.number();
    }

    @Test
    void namesOfOnePortAreOnePort(
        @FreePort("greetings") int greetings,
        @FreePort("updates") int updates,
        @FreePort PortAssignments all,
        @FreePort("none-of-the-plan") int other) {
      assertThat(greetings).isEqualTo(fromSetUp).isEqualTo(updates).isNotEqualTo(other);
      assertThat(all.port("greetings")).isEqualTo(greetings);
      assertThat(all.held("greetings").request().usedBy())
          .isEqualTo("WithinATest.namesOfOnePortAreOnePort()");
    }
  }

  @Nested
  class OfTheClass {

    @FreePort static PortAssignments ofAllTests;

    @Test
    void namesAreOfTheClassThen(@FreePort("cache") int cache, @FreePort PortAssignments all) {
      assertThat(all).isSameAs(ofAllTests);
      assertThat(cache).isEqualTo(ofAllTests.port("cache"));
    }
  }

  private String get(String url) throws Exception {
    return client
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }
}
