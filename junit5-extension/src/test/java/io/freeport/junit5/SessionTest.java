package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.PortStatistics;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.ServerSocket;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Launcher sessions from their beginning to their end, each in a JVM of its own. */
class SessionTest {

  @Test
  void portsOfTheSessionAreReleasedWithIt() throws Exception {
    assertThat(run(Map.of(), Map.of(), UsesSession.class))
        .containsExactly("passed", "HELD before the end", "RELEASED after it");
  }

  /** JUnit lets one switch listeners off; then each run of tests is its own session. */
  @Test
  void withoutTheListenerTheyAreReleasedWithTheRun() throws Exception {
    assertThat(run(Map.of(), Map.of(), List.of("-DwithoutListeners=true"), UsesSession.class))
        .containsExactly("passed", "RELEASED before the end", "RELEASED after it");
  }

  @Test
  void thereIsNoSummaryWithoutTrouble() throws Exception {
    assertThat(run(Map.of(), Map.of(), UsesPorts.class)).containsExactly("passed");
  }

  @Test
  void aSummaryThatIsAskedFor() throws Exception {
    assertThat(run(Map.of("freeport.summary", "always"), Map.of(), UsesPorts.class))
        .containsExactly(
            "passed",
            "INFO Ports of this test run: 2 held, 1 offered, 0 handed over, 0 stolen, 0 leaked; containers of dead test runs: 0 reaped");
  }

  @Test
  void noSummaryOfASessionWithoutTests() throws Exception {
    assertThat(run(Map.of("freeport.summary", "always"), Map.of(), NoTests.class)).isEmpty();
  }

  @Test
  void leaksAreSummedUp() throws Exception {
    List<String> output = run(Map.of(), Map.of("FREEPORT_LEAKS", "warn"), Leaks.class);
    assertThat(output).hasSize(3);
    assertThat(output.get(0)).isEqualTo("passed");
    assertThat(output.get(1))
        .matches("WARNING Port \\d+ \"web\" .* something still listens on it after its release.*");
    assertThat(output.get(2))
        .isEqualTo(
            "WARNING Ports of this test run: 1 held, 1 offered, 0 handed over, 0 stolen, 1 leaked; containers of dead test runs: 0 reaped");
  }

  @Test
  void stolenPortsAreSummedUp() throws Exception {
    assertThat(run(Map.of(), Map.of(), Stolen.class))
        .containsExactly(
            "passed",
            "WARNING Ports of this test run: 2 held, 1 offered, 0 handed over, 1 stolen, 0 leaked; containers of dead test runs: 0 reaped");
  }

  @Test
  void reapedContainersAreSummedUp() throws Exception {
    assertThat(run(Map.of(), Map.of(), Reaps.class))
        .containsExactly(
            "passed",
            "INFO Ports of this test run: 0 held, 0 offered, 0 handed over, 0 stolen, 0 leaked; containers of dead test runs: 2 reaped");
  }

  @Test
  void andNotIfNobodyWantsToKnow() throws Exception {
    assertThat(
            run(Map.of("freeport.summary", "never"), Map.of("FREEPORT_LEAKS", "warn"), Leaks.class))
        .hasSize(2);
  }

  @Test
  void leaksFailTheTest() throws Exception {
    List<String> output = run(Map.of("freeport.leaks", "fail"), Map.of(), Leaks.class);
    assertThat(output.get(0))
        .matches(
            "io\\.freeport\\.PortLeakException: Port \\d+ \"web\" .* something still listens on it after its release.*");
  }

  /** The configuration parameter goes before the variable. */
  @Test
  void leaksAreIgnored() throws Exception {
    assertThat(
            run(Map.of("freeport.leaks", "ignore"), Map.of("FREEPORT_LEAKS", "fail"), Leaks.class))
        .containsExactly("passed");
  }

  /** It goes before the system property too, and that before the variable. */
  @Test
  void leaksAreIgnoredAgainstAProperty() throws Exception {
    List<String> fail = List.of("-Dfreeport.leaks=fail");
    assertThat(run(Map.of("freeport.leaks", "ignore"), Map.of(), fail, Leaks.class))
        .containsExactly("passed");
    assertThat(run(Map.of(), Map.of("FREEPORT_LEAKS", "ignore"), fail, Leaks.class).get(0))
        .startsWith("io.freeport.PortLeakException: ");
  }

  /** They are settings of the whole JVM, but only until the session ends. */
  @Test
  void configurationParametersDoNotOutliveTheirSession() throws Exception {
    assertThat(run(Map.of("freeport.retries", "7"), Map.of(), ReadsSettings.class))
        .containsExactly("7 within", "passed", "5 after it");
  }

  @Test
  void anUnknownKeyFailsTheTestThatUsesPorts() throws Exception {
    assertThat(run(Map.of("freeport.leak", "fail"), Map.of(), UsesPorts.class).get(0))
        .contains(
            "There is no setting freeport.leak (JUnit configuration parameter). Did you mean freeport.leaks? All of them: freeport.handoff,");
  }

  @Test
  void anUnknownVariableToo() throws Exception {
    assertThat(run(Map.of(), Map.of("FREEPORT_SUMARY", "auto"), UsesPorts.class).get(0))
        .contains(
            "There is no setting freeport.sumary (environment variable FREEPORT_SUMARY). Did you mean freeport.summary?");
  }

  @Test
  void aBadValue() throws Exception {
    assertThat(run(Map.of("freeport.summary", "loud"), Map.of(), UsesPorts.class))
        .contains(
            "SEVERE Bad value for freeport.summary (JUnit configuration parameter): \"loud\". Expected always, auto or never.");
  }

  private static List<String> run(
      Map<String, String> parameters, Map<String, String> environment, Class<?> fixture)
      throws Exception {
    return run(parameters, environment, List.of(), fixture);
  }

  private static List<String> run(
      Map<String, String> parameters,
      Map<String, String> environment,
      List<String> jvmOptions,
      Class<?> fixture)
      throws Exception {
    List<Object> arguments = new ArrayList<>(List.of(fixture.getName()));
    parameters.forEach((key, value) -> arguments.add(key + "=" + value));
    try (ChildJvm child =
        ChildJvm.start(environment, jvmOptions, RunsTests.class, arguments.toArray())) {
      List<String> output = child.readToEnd();
      assertThat(child.waitFor()).isZero();
      return output;
    }
  }

  /** Prints how each test ends, and what FreePort logs. */
  static final class RunsTests {

    private static final Logger OURS = Logger.getLogger("io.freeport");

    public static void main(String[] args) throws ClassNotFoundException {
      OURS.addHandler(
          new Handler() {
            @Override
            public void publish(LogRecord logged) {
              System.out.println(
                  logged.getLevel()
                      + " "
                      + MessageFormat.format(logged.getMessage(), logged.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
          });
      LauncherDiscoveryRequestBuilder request =
          LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Class.forName(args[0])));
      for (int i = 1; i < args.length; i++) {
        String[] parameter = args[i].split("=", -1);
        request.configurationParameter(parameter[0], parameter[1]);
      }
      LauncherConfig config =
          LauncherConfig.builder()
              .enableLauncherSessionListenerAutoRegistration(
                  !Boolean.getBoolean("withoutListeners"))
              .build();
      try (LauncherSession session = LauncherFactory.openSession(config)) {
        session.getLauncher().execute(request.build(), new PrintsResults());
        if (UsesSession.port != null) {
          System.out.println(UsesSession.port.state() + " before the end");
        }
      }
      if (UsesSession.port != null) {
        System.out.println(UsesSession.port.state() + " after it");
      }
      if (ReadsSettings.ran) {
        System.out.println(ReadsSettings.retries() + " after it");
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
  }

  /**
   * JUnit wraps what happens when a context is closed, one version in this way, another in that.
   */
  private static Throwable rootOf(Throwable failure) {
    return failure.getCause() == null ? failure : rootOf(failure.getCause());
  }

  static class UsesSession {
    static @Nullable HeldPort port;

    @Test
    void test(@FreePort(value = "db", scope = PortScope.SESSION) HeldPort port) {
      assertThat(port.state()).isEqualTo(PortState.HELD);
      UsesSession.port = port;
    }
  }

  static class ReadsSettings {
    static boolean ran;

    static int retries() {
      return Settings.ofThisJvm().get(SettingKeys.RETRIES);
    }

    @Test
    void test() {
      ran = true;
      System.out.println(retries() + " within");
    }
  }

  static class UsesPorts {
    @Test
    void test(@FreePort HeldPort held, @FreePort int offered) {
      assertThat(held.number()).isNotEqualTo(offered);
    }
  }

  static class Stolen {
    @Test
    void test(@FreePort("web") HeldPort port) throws IOException {
      port.offer();
      int number = port.number();
      try (ServerSocket somebody = new ServerSocket(number)) {
        port.handover().exchange();
      }
      assertThat(port.number()).isNotEqualTo(number);
    }
  }

  static class Reaps {
    @Test
    void test() {
      PortStatistics.ofThisJvm().addReaped(2); // as the reaper of freeport-testcontainers does
    }
  }

  static class NoTests {}

  static class Leaks {
    @Test
    void test(@FreePort("web") int port) throws IOException {
      LEFT_OPEN.add(new ServerSocket(port));
    }

    static final List<ServerSocket> LEFT_OPEN = new ArrayList<>();
  }
}
