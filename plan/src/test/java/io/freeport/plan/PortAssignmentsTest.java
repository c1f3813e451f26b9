package io.freeport.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.freeport.PortAllocator;
import io.freeport.PortLeakException;
import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.plan.health.HealthCheck;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
      its.held("server").handover().exchange();
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
    List<ServerSocket> thieves = new ArrayList<>();
    try (PortAssignments its = plan("services: {server: }").assign();
        ServerSocket started =
            its.start(
                "server",
                port -> {
                  tried.add(port.number());
                  if (tried.size() < 3) {
                    thieves.add(new ServerSocket(port.number()));
                  }
                  return new ServerSocket(port.number());
                })) {
      assertThat(tried).doesNotHaveDuplicates().hasSize(3);
      assertThat(started.getLocalPort()).isEqualTo(its.port("server"));
    } finally {
      close(thieves);
    }
  }

  @ParameterizedTest
  @CsvSource({"'', 4", "'bind.retries: 1', 2", "'bind: {retries: 0}', 1"})
  void aStartIsTriedAsOftenAsTheFileSays(String setting, int times) throws Exception {
    List<ServerSocket> thieves = new ArrayList<>();
    try (PortAssignments its = plan(setting + "\nservices: {server: }").assign()) {
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(
              () ->
                  its.start(
                      "server",
                      port -> {
                        thieves.add(new ServerSocket(port.number()));
                        return new ServerSocket(port.number());
                      }));
      assertThat(thieves).hasSize(times);
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(
              () ->
                  its.start(
                      "server",
                      port -> {
                        throw new IllegalStateException("something else");
                      }))
          .withMessage("something else");
    } finally {
      close(thieves);
    }
  }

  private static void close(List<ServerSocket> sockets) throws IOException {
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void aServerThatDoesNotShareIsStartedWithoutTheHold() throws Exception {
    try (PortAssignments its = plan("services: {server: }").assign()) {
      int before = its.port("server");
      try (ServerSocket server = its.start("server", port -> exclusive(port.number()))) {
        assertThat(server.getLocalPort()).isEqualTo(before);
        assertThat(its.held("server").confirm()).isTrue();
        assertThat(its.port("server")).isEqualTo(before);
      }
    }
  }

  private static ServerSocket exclusive(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.setReuseAddress(false);
      server.bind(new InetSocketAddress(port));
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  @Test
  void aStartThatFailsOnAnotherPortIsNotMoved() throws Exception {
    List<PlanEvent> events = new ArrayList<>();
    List<Integer> tried = new ArrayList<>();
    try (ServerSocket management = new ServerSocket(0);
        PortAssignments its = plan("services: {server: }").assign(events::add)) {
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(
              () ->
                  its.start(
                      "server",
                      port -> {
                        tried.add(port.number());
                        return new ServerSocket(management.getLocalPort());
                      }));
      assertThat(tried.stream().distinct()).as("only beside the hold and without it").hasSize(1);
      assertThat(events).extracting(PlanEvent::type).containsExactly(PlanEvent.Type.ASSIGNED);
      assertThat(its.held("server").state()).as("nobody else has it").isEqualTo(PortState.HELD);
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(() -> new ServerSocket(its.port("server")).close());
      try (ServerSocket server = its.start("server", port -> new ServerSocket(port.number()))) {
        assertThat(server.getLocalPort()).isEqualTo(its.port("server")).isEqualTo(tried.get(0));
      }
    }
  }

  /** For half of what it needs somebody was faster. */
  @Test
  void aStartThatLosesOneOfTwoProtocolsIsTriedElsewhere() throws Exception {
    List<DatagramSocket> thieves = new ArrayList<>();
    try (PortAssignments its = plan("services: {dns: {requires: [tcp, udp]}}").assign()) {
      int before = its.port("dns");
      try (DatagramSocket started =
          its.start(
              "dns",
              port -> {
                if (thieves.isEmpty()) {
                  thieves.add(new DatagramSocket(port.number()));
                }
                return new DatagramSocket(port.number());
              })) {
        assertThat(started.getLocalPort()).isEqualTo(its.port("dns")).isNotEqualTo(before);
      }
    } finally {
      thieves.forEach(DatagramSocket::close);
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
  void aLeakDoesNotHideWhyAServiceHasNoPort() throws Exception {
    try (PortAllocator allocator = PortAllocator.create()) {
      PortAssignments its =
          plan("""
              leaks: fail
              services: {leaks: , unlucky: {preferred: %d, autoFallback: false}}
              """
                  .formatted(allocator.hold().number()))
              .open();
      try (ServerSocket server = new ServerSocket(its.offer("leaks"))) {
        assertThatExceptionOfType(PortConflictException.class)
            .isThrownBy(its::holdAllOrClose)
            .withMessageStartingWith("No port for service \"unlucky\".")
            .satisfies(
                e ->
                    assertThat(e.getSuppressed())
                        .singleElement()
                        .isInstanceOf(PortLeakException.class));
        assertThat(server.isBound()).isTrue();
      }
    }
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
