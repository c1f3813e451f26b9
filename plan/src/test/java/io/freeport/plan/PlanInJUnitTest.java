package io.freeport.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortState;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.FreePort;
import io.freeport.junit5.PortScope;
import io.freeport.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What tests get of a plan, each test class in a JVM of its own, whose directory has the file. */
class PlanInJUnitTest {

  private static final String PLAN =
      "services: {server: {requires: http}, socket: {inherit: server}, db: }";

  @TempDir Path directory;

  private List<String> run(String plan, Class<?> fixture, String... parameters) throws Exception {
    Files.writeString(directory.resolve("freeport.yaml"), plan);
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            List.of("-Duser.dir=" + directory),
            RunsTests.class,
            (Object[])
                Stream.concat(Stream.of(fixture.getName()), Stream.of(parameters))
                    .toArray(String[]::new))) {
      List<String> output = child.readToEnd();
      assertThat(child.waitFor()).isZero();
      return output;
    }
  }

  @Test
  void portsOfTheSessionAreThoseOfAllTests() throws Exception {
    assertThat(run(PLAN, OfSession.class))
        .containsExactly("passed", "passed", "passed", "HELD before the end", "RELEASED after it");
  }

  @Test
  void anAnnotationThatContradictsThePlanIsAnError() throws Exception {
    assertThat(run(PLAN, Contradicts.class))
        .hasSize(1)
        .first()
        .asString()
        .contains(
            "says what \"server\" is to be like, but the plan has a service of that name. Say it in one of the two.");
  }

  @Test
  void thePlanAsAWholeHasNoAttributes() throws Exception {
    assertThat(run(PLAN, NamesTheWhole.class))
        .hasSize(1)
        .first()
        .asString()
        .contains("has the ports of the whole plan, so it can say nothing but its scope.");
  }

  @Test
  void aPortOfTheClassCannotComeAfterTheOneOfTheTest() throws Exception {
    assertThat(run(PLAN, ClassAfterTest.class))
        .hasSize(1)
        .first()
        .asString()
        .contains(
            "asks for \"socket\" of the class, but something already asked for one of the test.");
  }

  @Test
  void eachTestTellsOfABrokenPlan() throws Exception {
    assertThat(run("services:\n  server: {prefered: 3000}\n", NeedPlan.class))
        .hasSize(3)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains(
                        directory.resolve("freeport.yaml")
                            + ":2: services.server.prefered: there is no such key. Did you mean \"preferred\"?"));
  }

  /** A second session of the same JVM does not have those of the first one. */
  @Test
  void configurationParametersOverrideThePlanWhileTheirSessionRuns() throws Exception {
    assertThat(
            run(
                """
                services: {db: }
                environments: {mine: {retries: 7}}
                """,
                ShowsPlan.class,
                "freeport.environment=mine",
                "freeport.services.db.fallback=6000"))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("mine, fallback [6000], retries 7"),
            line -> assertThat(line).isEqualTo("passed"),
            line -> assertThat(line).doesNotContain("mine").endsWith(", fallback [], retries null"),
            line -> assertThat(line).isEqualTo("passed"));
  }

  @Test
  void aServiceWithoutAPortFailsTheTestThatNeedsIt() throws Exception {
    try (PortAllocator allocator = PortAllocator.create()) {
      int taken = allocator.hold().number();
      assertThat(
              run(
                  "services: {server: {preferred: %d, autoFallback: false}, db: }".formatted(taken),
                  NeedPlan.class))
          .satisfiesExactly(
              line -> assertThat(line).contains("No port for service \"server\"."),
              line -> assertThat(line).contains("No port for service \"server\"."),
              line -> assertThat(line).isEqualTo("passed"));
    }
  }

  static final class RunsTests {

    /** Runs a class with parameters, if there are any, and then without. */
    public static void main(String[] args) throws ClassNotFoundException {
      Class<?> fixture = Class.forName(args[0]);
      Map<String, String> parameters = new HashMap<>();
      for (String parameter : List.of(args).subList(1, args.length)) {
        String[] entry = parameter.split("=", 2);
        parameters.put(entry[0], entry[1]);
      }
      if (!parameters.isEmpty()) {
        run(fixture, parameters);
      }
      run(fixture, Map.of());
    }

    private static void run(Class<?> fixture, Map<String, String> parameters) {
      try (LauncherSession session = LauncherFactory.openSession()) {
        session
            .getLauncher()
            .execute(
                LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectClass(fixture))
                    .configurationParameters(parameters)
                    .build(),
                new PrintsResults());
        printState("before the end");
      }
      printState("after it");
    }

    private static void printState(String when) {
      if (OfSession.server != null) {
        System.out.println(OfSession.server.state() + " " + when);
      }
    }
  }

  private static final class PrintsResults implements TestExecutionListener {
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (test.isTest()) {
        System.out.println(
            result
                .getThrowable()
                .map(failure -> rootOf(failure).toString().replace(System.lineSeparator(), " "))
                .orElse("passed"));
      }
    }

    /** Conflicts have the failure of core as their cause; what the plan says is before that. */
    private static Throwable rootOf(Throwable failure) {
      return failure.getCause() == null || failure instanceof PortConflictException
          ? failure
          : rootOf(failure.getCause());
    }
  }

  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class OfSession {
    static @Nullable HeldPort server;

    @Test
    @Order(1)
    void first(@FreePort(value = "server", scope = PortScope.SESSION) HeldPort port) {
      assertThat(port.state()).isEqualTo(PortState.HELD);
      server = port;
    }

    @Test
    @Order(2)
    void second(
        @FreePort(value = "socket", scope = PortScope.SESSION) HeldPort port,
        @FreePort(scope = PortScope.SESSION) PortAssignments all) {
      assertThat(port).isSameAs(server).isSameAs(all.held("server"));
    }

    @Test
    @Order(3)
    void testsHaveTheirOwn(@FreePort("server") HeldPort port) {
      assertThat(port).isNotSameAs(server);
      assertThat(port.request().usedBy()).isEqualTo("OfSession.testsHaveTheirOwn()");
    }
  }

  static class ShowsPlan {
    @Test
    void test(@FreePort PortAssignments ports) {
      System.out.printf(
          "%s, fallback %s, retries %s%n",
          PortPlan.load(Path.of("")).environment(),
          ports.assign("db").service().fallback(),
          Settings.ofThisJvm().text("freeport.retries"));
    }
  }

  static class Contradicts {
    @Test
    void test(@FreePort(value = "server", preferred = 3000) int port) {}
  }

  static class NamesTheWhole {
    @Test
    void test(@FreePort("server") PortAssignments ports) {}
  }

  static class ClassAfterTest {
    @Test
    void test(
        @FreePort("server") int port,
        @FreePort(value = "socket", scope = PortScope.CLASS) int ofClass) {}
  }

  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class NeedPlan {
    @Test
    @Order(1)
    void one(@FreePort("server") int port) {}

    @Test
    @Order(2)
    void all(@FreePort PortAssignments ports) {}

    @Test
    @Order(3)
    void another(@FreePort("db") int port) {}
  }
}
