package io.freeport.plan;

import static io.freeport.plan.AssignmentTier.ANY;
import static io.freeport.plan.AssignmentTier.DETECTED;
import static io.freeport.plan.AssignmentTier.FALLBACK;
import static io.freeport.plan.AssignmentTier.INHERITED;
import static io.freeport.plan.AssignmentTier.PREFERRED;
import static io.freeport.plan.AssignmentTier.RANGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freeport.plan.health.HealthCheck;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What port managers of larger systems do, done by a plan. */
class SeedsTest {

  private static final String SIX_SERVICES =
      """
      services:
        server:
          preferred: [3000, 3001, 3002]
          range: 3000-3999
          priority: high
          requires: http
          conflicts: client
        client:
          preferred: [3001, 3002, 3003]
          requires: http
        websocket:
          inherit: server
          requires: websocket
        database: {preferred: [5432, 5433, 5434], requires: tcp}
        redis: {preferred: [6379, 6380, 6381], requires: tcp}
        monitoring: {preferred: [9090, 9091, 9092], requires: http, priority: low}
      """;

  @TempDir Path directory;

  @Test
  void instancesOfAViewerGetPairsOfTheirOwn() throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(8080, 8090, 8100, 8110, 8120);
    String yaml =
        """
        services:
          http: {preferred: 8080, fallback: [8090, 8100, 8110, 8120], requires: http}
          websocket: {preferred: 8081, fallback: [8091, 8101, 8111, 8121], requires: websocket}
        """;
    try (ServerSocket http = ports.stranger(8080);
        ServerSocket websocket = ports.stranger(8081);
        ServerSocket other = ports.stranger(8090);
        ServerSocket another = ports.stranger(8091)) {
      PortPlan plan = ports.plan(directory, yaml);
      try (PortAssignments first = plan.assign();
          PortAssignments second = plan.assign();
          PortAssignments third = plan.assign()) {
        assertThat(List.of(first, second, third))
            .extracting(its -> ports.of(its, "http") + "/" + ports.of(its, "websocket"))
            .containsExactly("8100/8101", "8110/8111", "8120/8121");
        assertThat(first.assign("http").tier()).isEqualTo(FALLBACK);
        try (PortAssignments fourth = plan.assign()) {
          assertThat(fourth.assign("http").tier()).isEqualTo(RANGE);
          assertThat(ports.of(fourth, "http")).isBetween(7980, 8180);
        }
      }
      try (PortAssignments again = plan.assign()) {
        assertThat(ports.of(again, "http")).isEqualTo(8100);
      }
    }
  }

  @Test
  void sixServicesHaveTheirUsualPorts() throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(3000, 5432, 6379, 9090);
    PortPlan plan = ports.plan(directory, SIX_SERVICES);
    try (ServerSocket taken = ports.stranger(9090);
        PortAssignments its = plan.assign()) {
      assertThat(its.assignments().values())
          .extracting(a -> a.service().name() + " " + ports.known(a.port()) + " " + a.tier())
          .containsExactly(
              "server 3000 " + PREFERRED,
              "client 3001 " + PREFERRED,
              "websocket 3000 " + INHERITED,
              "database 5432 " + PREFERRED,
              "redis 6379 " + PREFERRED,
              "monitoring 9091 " + PREFERRED);
      String environment = plan.environment();
      assertThat(its.toJson())
          .isEqualTo(
              ports.text(
                  """
                  {"success":true,"data":{"server":3000,"client":3001,"websocket":3000,"database":5432,"redis":6379,"monitoring":9091,\
                  "environment":"%s","urls":{"server":"http://localhost:3000","client":"http://localhost:3001",\
                  "websocket":"ws://localhost:3000","database":"tcp://localhost:5432","redis":"tcp://localhost:6379",\
                  "monitoring":"http://localhost:9091"}}}"""
                      .formatted(environment)));
      assertThat(its.asEnvironment())
          .containsEntry("SERVER_PORT", Integer.toString(ports.real(3000)))
          .containsEntry("WEBSOCKET_URL", "ws://localhost:" + ports.real(3000));
      assertThat(its.asProperties())
          .containsEntry("redis.port", Integer.toString(ports.real(6379)))
          .containsEntry("server.url", "http://localhost:" + ports.real(3000));
      assertThat(its.held("websocket")).isSameAs(its.held("server"));
    }
  }

  @Test
  void theServerLeavesTheClientItsPort() throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(3000);
    String yaml =
        """
        services:
          server: {preferred: 3000, priority: high, conflicts: client, range: 3001-3002}
          client: {preferred: 3001}
        """;
    try (ServerSocket taken = ports.stranger(3000);
        PortAssignments its = ports.plan(directory, yaml).assign()) {
      assertThat(ports.of(its, "server")).isEqualTo(3002);
      assertThat(ports.of(its, "client")).isEqualTo(3001);
    }
  }

  @Test
  void aWebServerFallsBackAsItsFileSays() throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(8000);
    String yaml =
        """
        services:
          web: {preferred: 8000, fallback: [8001, 8002], autoFallback: true}
        """;
    try (ServerSocket taken = ports.stranger(8000)) {
      try (PortAssignments its = ports.plan(directory, yaml).assign()) {
        assertThat(ports.of(its, "web")).isEqualTo(8001);
        assertThat(its.assign("web").tier()).isEqualTo(FALLBACK);
      }
      PortPlan strict = ports.plan(directory, yaml.replace("true", "false"));
      assertThatExceptionOfType(PortConflictException.class)
          .isThrownBy(strict::assign)
          .withMessageContaining("No port for service \"web\".")
          .withMessageContaining("Tried: " + ports.real(8000) + " (preferred)")
          .withMessageContaining("Stop what has " + ports.real(8000))
          .withMessageContaining("allow autoFallback");
    }
  }

  @Test
  void whatRunsAlreadyIsDetected() throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(5173);
    String yaml =
        """
        services:
          client: {preferred: 5173, requires: http, detect: true, health: /}
        """;
    PortPlan plan = ports.plan(directory, yaml);
    try (PortAssignments its = plan.assign()) {
      assertThat(its.assign("client").tier()).isEqualTo(PREFERRED);
    }
    try (TestServer vite = TestServer.start(ports.real(5173), 200);
        PortAssignments its = plan.assign()) {
      assertThat(its.assign("client").tier()).isEqualTo(DETECTED);
      assertThat(ports.of(its, "client")).isEqualTo(5173);
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> its.held("client"))
          .withMessageContaining("was detected on port");
    }
    try (TestServer stranger = TestServer.start(ports.real(5173), 404);
        PortAssignments its = plan.assign()) {
      assertThat(its.assign("client").tier()).isEqualTo(RANGE);
    }
  }

  @Test
  void inAnEmergencyAnyPortWillDo() throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(3000);
    String yaml =
        """
        ranges: 3003-3004
        services:
          server: {preferred: 3000, range: 3000-3001}
        """;
    try (ServerSocket first = ports.stranger(3000);
        ServerSocket second = ports.stranger(3001);
        PortAssignments its = ports.plan(directory, yaml).assign()) {
      assertThat(its.assign("server").tier()).isEqualTo(ANY);
      assertThat(ports.of(its, "server")).isIn(3003, 3004);
    }
  }

  @Test
  void allOrNothing() throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(3000, 6379);
    String yaml =
        """
        services:
          redis: {preferred: 6379, autoFallback: false}
          server: {preferred: 3000, priority: high}
        """;
    List<PlanEvent> events = new ArrayList<>();
    try (ServerSocket taken = ports.stranger(6379)) {
      PortPlan plan = ports.plan(directory, yaml);
      assertThatExceptionOfType(PortConflictException.class)
          .isThrownBy(() -> plan.assign(events::add));
      assertThat(events).extracting(PlanEvent::service).containsExactly("server");
      assertThat(HealthCheck.free(ports.real(3000)).check().healthy()).isTrue();
    }
  }
}
