package io.freeport.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every strategy, whoever has the port that a service asks for. */
class StrategyTest {

  @TempDir Path directory;

  /**
   * "plan leaves" means that the other service, when told that it must move, stops. The asking
   * service has other ports to fall back to, or has not.
   */
  @ParameterizedTest
  @CsvSource({
    // strategy, who has it, may fall back, asking service, other service
    "minimal,      nobody,        true,  asked,  -",
    "minimal,      nobody,        false, asked,  -",
    "minimal,      plan,          true,  other,  stays",
    "minimal,      plan,          false, asked,  moves",
    "minimal,      plan in use,   true,  other,  stays",
    "minimal,      plan in use,   false, fails,  stays",
    "minimal,      plan leaves,   false, fails,  stays",
    "minimal,      plan is higher,false, fails,  stays",
    "minimal,      stranger,      true,  other,  -",
    "minimal,      stranger,      false, fails,  -",
    "aggressive,   nobody,        true,  asked,  -",
    "aggressive,   nobody,        false, asked,  -",
    "aggressive,   plan,          true,  asked,  moves",
    "aggressive,   plan,          false, asked,  moves",
    "aggressive,   plan in use,   true,  fails,  stays",
    "aggressive,   plan in use,   false, fails,  stays",
    "aggressive,   plan leaves,   true,  asked,  moves",
    "aggressive,   plan leaves,   false, asked,  moves",
    "aggressive,   plan is higher,true,  other,  stays",
    "aggressive,   plan is higher,false, fails,  stays",
    "aggressive,   stranger,      true,  other,  -",
    "aggressive,   stranger,      false, fails,  -",
    "conservative, nobody,        true,  asked,  -",
    "conservative, nobody,        false, asked,  -",
    "conservative, plan,          true,  other,  stays",
    "conservative, plan,          false, fails,  stays",
    "conservative, plan in use,   true,  other,  stays",
    "conservative, plan in use,   false, fails,  stays",
    "conservative, plan leaves,   true,  other,  stays",
    "conservative, stranger,      true,  other,  -",
    "conservative, stranger,      false, fails,  -",
  })
  void outcome(
      String strategy, String who, boolean mayFallBack, String expected, String expectedOfOther)
      throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(3000);
    PortPlan plan =
        ports.plan(
            directory,
            """
            strategy: %s
            services:
              other: {preferred: 3000%s}
              asking: {preferred: 3000, autoFallback: %s}
            """
                .formatted(
                    strategy, who.equals("plan is higher") ? ", priority: high" : "", mayFallBack));
    AtomicReference<@Nullable ServerSocket> server = new AtomicReference<>();
    List<PlanEvent> events = new ArrayList<>();
    PlanListener listener =
        event -> {
          events.add(event);
          if (event.type() == PlanEvent.Type.MUST_MOVE && who.equals("plan leaves")) {
            close(server.get());
          }
        };
    try (PortAssignments its = plan.open(listener)) {
      switch (who) {
        case "nobody" -> {}
        case "stranger" -> server.set(ports.stranger(3000));
        case "plan", "plan is higher" -> assertThat(its.port("other")).isEqualTo(ports.real(3000));
        default -> server.set(new ServerSocket(its.offer("other")));
      }

      assertThat(outcome(its, ports)).isEqualTo(expected);
      if (!expectedOfOther.equals("-")) {
        assertThat(ports.of(its, "other") == 3000 ? "stays" : "moves").isEqualTo(expectedOfOther);
      }
      assertThat(events)
          .filteredOn(event -> event.type() == PlanEvent.Type.MOVED)
          .hasSize(expectedOfOther.equals("moves") ? 1 : 0);
      assertThat(events)
          .filteredOn(event -> event.type() == PlanEvent.Type.MUST_MOVE)
          .hasSize(strategy.equals("aggressive") && who.matches("plan (in use|leaves)") ? 1 : 0);
      close(server.get());
    }
  }

  /** Nobody of the plan holds its port, so only who listens there tells whether it has left. */
  @ParameterizedTest
  @CsvSource({"true, asked", "false, fails"})
  void whatWasDetectedCanLeave(boolean leaves, String expected) throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(3000);
    PortPlan plan =
        ports.plan(
            directory,
            """
            strategy: aggressive
            services:
              other: {preferred: 3000, detect: true, health: /}
              asking: {preferred: 3000}
            """);
    List<PlanEvent> events = new ArrayList<>();
    try (TestServer server = TestServer.start(ports.real(3000), 200);
        PortAssignments its =
            plan.open(
                event -> {
                  events.add(event);
                  if (event.type() == PlanEvent.Type.MUST_MOVE && leaves) {
                    server.close();
                  }
                })) {
      assertThat(its.assign("other").tier()).isEqualTo(AssignmentTier.DETECTED);

      assertThat(outcome(its, ports)).isEqualTo(expected);

      assertThat(events)
          .extracting(PlanEvent::type)
          .startsWith(PlanEvent.Type.ASSIGNED, PlanEvent.Type.MUST_MOVE);
      assertThat(its.assign("other").tier() == AssignmentTier.DETECTED).isNotEqualTo(leaves);
      if (leaves) {
        assertThat(its.held("other").number()).isNotEqualTo(ports.real(3000));
      }
    }
  }

  /** A number that a service names is its wish, avoided or not; its range and the rest are not. */
  @ParameterizedTest
  @CsvSource({
    // strategy, detect, may fall back, who has it, asking service
    "conservative, false, true,  nobody,   3000",
    "conservative, false, false, nobody,   3000",
    "conservative, true,  true,  nobody,   3000",
    "conservative, false, true,  stranger, 3004",
    "minimal,      false, false, plan,     3000",
    "aggressive,   false, true,  plan,     3000",
  })
  void whatIsAvoidedIsGivenToWhoNamesItOnly(
      String strategy, boolean detect, boolean mayFallBack, String who, int expected)
      throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(3000);
    PortPlan plan =
        ports.plan(
            directory,
            """
            strategy: %s
            avoid: 3000-3005
            services:
              other: {preferred: 3000, range: 3000-3007}
              asking: {preferred: 3000, fallback: 3004, autoFallback: %s%s}
            """
                .formatted(strategy, mayFallBack, detect ? ", detect: true, health: /" : ""));
    try (ServerSocket taken = who.equals("stranger") ? ports.stranger(3000) : null;
        PortAssignments its = plan.open()) {
      if (who.equals("plan")) {
        assertThat(ports.of(its, "other")).isEqualTo(3000);
      }
      assertThat(ports.of(its, "asking")).isEqualTo(expected);
      assertThat(ports.of(its, "other")).as("of its range").isIn(3006, 3007);
    }
  }

  private static String outcome(PortAssignments its, ShiftedPorts ports) {
    try {
      return ports.of(its, "asking") == 3000 ? "asked" : "other";
    } catch (PortConflictException e) {
      assertThat(e.getMessage()).contains("\"asking\"", Integer.toString(ports.real(3000)));
      return "fails";
    }
  }

  private static void close(@Nullable ServerSocket socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
