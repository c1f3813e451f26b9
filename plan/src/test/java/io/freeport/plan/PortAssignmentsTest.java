package io.freeport.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.freeport.PortState;
import io.freeport.Protocol;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortAssignmentsTest {

  @TempDir Path directory;

  private PortPlan plan(String yaml) throws Exception {
    return PortPlan.load(Files.writeString(directory.resolve("freeport.yaml"), yaml));
  }

  @Test
  void heirsMoveAlong() throws Exception {
    List<PlanEvent> events = new ArrayList<>();
    PortPlan plan = plan("services: {server: , socket: {inherit: server}, log: {inherit: socket}}");
    try (PortAssignments its = plan.assign(events::add)) {
      int before = its.port("log");
      events.clear();
      int after = its.move("socket").port();
      assertThat(after).isNotEqualTo(before);
      assertThat(its.assignments().values()).extracting(Assignment::port).containsOnly(after);
      assertThat(events)
          .extracting(event -> event.type() + " " + event.service() + " " + event.before())
          .containsExactly(
              "MOVED server " + before, "MOVED socket " + before, "MOVED log " + before);
      assertThat(HealthCheck.free(before).check().healthy()).isTrue();
      assertThat(its.source("log")).isEqualTo("server");
    }
  }

  /** As a container does whose port somebody else has. */
  @Test
  void aPortThatIsExchangedHasItsNewNumberEverywhere() throws Exception {
    PortPlan plan = plan("services: {server: {requires: http}, socket: {inherit: server}}");
    try (PortAssignments its = plan.assign()) {
      int before = its.port("server");
      its.held("server").exchange();
      int after = its.held("server").number();
      assertThat(after).isNotEqualTo(before);
      assertThat(its.port("socket")).isEqualTo(after);
      assertThat(its.url("server")).endsWith(":" + after);
    }
  }

  @Test
  void whatWasTakenIsHeldAgainWhenItIsOffered() throws Exception {
    try (PortAssignments its = plan("services: {server: }").assign()) {
      try (ServerSocket server = new ServerSocket(its.offer("server"))) {
        assertThat(its.held("server").confirm()).isTrue();
        assertThat(its.offer("server")).isEqualTo(server.getLocalPort());
        assertThat(its.held("server").state()).isEqualTo(PortState.TAKEN);
      }
      assertThat(its.offer("server")).isEqualTo(its.port("server"));
      assertThat(its.held("server").state()).isEqualTo(PortState.OFFERED);
    }
  }

  @Test
  void aStartThatLosesItsPortIsTriedElsewhere() throws Exception {
    List<Integer> tried = new ArrayList<>();
    try (PortAssignments its = plan("services: {server: }").assign();
        ServerSocket started =
            its.start(
                "server",
                port -> {
                  tried.add(port.number());
                  if (tried.size() < 3) {
                    throw new BindException("somebody was faster");
                  }
                  return new ServerSocket(port.number());
                })) {
      assertThat(tried).doesNotHaveDuplicates().hasSize(3);
      assertThat(started.getLocalPort()).isEqualTo(its.port("server"));
    }
  }

  @Test
  void aStartIsTriedFourTimes() throws Exception {
    List<Integer> tried = new ArrayList<>();
    try (PortAssignments its = plan("services: {server: }").assign()) {
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(
              () ->
                  its.start(
                      "server",
                      port -> {
                        tried.add(port.number());
                        throw new BindException("never");
                      }));
      assertThat(tried).hasSize(4);
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(
              () ->
                  its.start(
                      "server",
                      port -> {
                        throw new IllegalStateException("something else");
                      }))
          .withMessage("something else");
    }
  }

  @Test
  void udpAndTcpMayHaveOneNumberUnlessTheyConflict() throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(5353);
    String yaml =
        """
        services:
          tcp: {preferred: 5353, requires: tcp}
          udp: {preferred: 5353, requires: udp%s}
        """;
    try (PortAssignments its = ports.plan(directory, yaml.formatted("")).assign()) {
      assertThat(its.port("tcp")).isEqualTo(its.port("udp"));
      assertThat(its.held("udp").request().protocol()).isEqualTo(Protocol.UDP);
      assertThat(its.url("udp")).isEqualTo("udp://localhost:" + ports.real(5353));
    }
    try (PortAssignments its = ports.plan(directory, yaml.formatted(", conflicts: tcp")).assign()) {
      assertThat(its.port("tcp")).isNotEqualTo(its.port("udp"));
    }
  }

  @Test
  void manyThreadsAgreeOnThePorts() throws Exception {
    Set<Integer> seen = ConcurrentHashMap.newKeySet();
    try (PortAssignments its = plan("services: {server: , socket: {inherit: server}}").open()) {
      IntStream.range(0, 64)
          .parallel()
          .forEach(i -> seen.add(its.port(i % 2 == 0 ? "server" : "socket")));
      assertThat(seen).hasSize(1);
    }
  }

  @Test
  void closedMeansReleased() throws Exception {
    PortAssignments its = plan("services: {server: {requires: http}, other: }").open();
    int port = its.port("server");
    its.close();
    its.close();
    assertThat(its.held("server").state()).isEqualTo(PortState.RELEASED);
    assertThat(HealthCheck.free(port).check().healthy()).isTrue();
    assertThatIllegalStateException().isThrownBy(() -> its.port("other"));
  }

  @Test
  void saysWhichServicesThereAre() throws Exception {
    try (PortAssignments its = plan("services: {server: , database: }").open()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> its.port("sever"))
          .withMessage(
              "There is no service \"sever\" in the plan. Did you mean \"server\"? Known: database, server.");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> its.url("server"))
          .withMessageContaining("has no URL");
    }
  }
}
