package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.docker.testing.FakeEngine;
import io.freeport.docker.testing.SilentEngine;
import io.freeport.docker.testing.SuiteChild;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is wrong with the engine, the suite starts within the bound, and FreePort says one clear
 * line about it.
 */
class EngineTroubleTest {

  private static final String END = ". To have none, set freeport.reaper=off.";

  private static final String TIMEOUT = "FREEPORT_REAPER_TIMEOUT";
  private static final String SHORT = "3s";

  /** More than a busy machine takes for all else, and less than for ever. */
  private static final long MARGIN_MILLIS = 60_000;

  /** Where nothing hangs nobody waits for it. */
  private static final String AMPLE = "90s";

  @TempDir Path directory;

  @Test
  void itHangs() throws Exception {
    try (SilentEngine engine = SilentEngine.listenOn(socket())) {
      assertSays(
          timeout ->
              run(
                  Map.of("DOCKER_HOST", "unix://" + socket(), TIMEOUT, timeout),
                  withoutEngine(),
                  ChildJvm.classPath()),
          () -> engine.connections() > 0,
          timeout -> "the Docker engine at " + socket() + " does not answer");
    }
  }

  /** Nothing is configured, and nobody is at the usual place. */
  @Test
  void anEngineWithoutRootHangs() throws Exception {
    List<String> launcher = new ArrayList<>(List.of("env", "-u", "DOCKER_HOST"));
    launcher.addAll(withoutEngine());
    try (SilentEngine engine = SilentEngine.listenOn(socket())) {
      assertSays(
          timeout ->
              run(
                  Map.of("XDG_RUNTIME_DIR", directory.toString(), TIMEOUT, timeout),
                  launcher,
                  ChildJvm.classPath()),
          () -> engine.connections() > 0,
          timeout ->
              "the search for a Docker engine has not come to an end, so there may be one that accepts connections and does not answer");
    }
  }

  @Test
  void itsSocketIsLeftBehind() throws Exception {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket()));
    server.close(); // and the file stays
    assertSays("the Docker engine at " + socket() + " does not answer");
  }

  @Test
  void itsSocketIsNotThere() throws Exception {
    assertSays("there is no " + socket() + ", where the Docker engine should be");
  }

  @Test
  void nobodyIsAtItsAddress() throws Exception {
    assertSays(
        run(Map.of("DOCKER_HOST", "tcp://127.0.0.1:1"), withoutEngine(), ChildJvm.classPath()),
        "the Docker engine at tcp://127.0.0.1:1 does not answer");
  }

  @Test
  void itAnswersWithAFailure() throws Exception {
    try (FakeEngine engine = new FakeEngine()) {
      engine.fault =
          request ->
              request.endsWith("/containers/json") ? new FakeEngine.Answer(500, "disk full") : null;
      assertThat(
              run(
                  Map.of("DOCKER_HOST", engine.address(), TIMEOUT, AMPLE),
                  withoutEngine(),
                  ChildJvm.classPath()))
          .filteredOn(line -> line.startsWith("WARNING"))
          .singleElement()
          .asString()
          .contains("Status 500: ", "disk full")
          .endsWith(END);
    }
  }

  @Test
  void itAnswersWithoutEnd() throws Exception {
    try (FakeEngine engine = new FakeEngine()) {
      engine.body =
          request ->
              request.endsWith("/containers/json")
                  ? Stream.iterate("[{}", last -> ",{\"Image\": \"" + "x".repeat(1000) + "\"}")
                  : null;
      assertThat(
              run(
                  Map.of("DOCKER_HOST", engine.address(), TIMEOUT, AMPLE),
                  withoutEngine(),
                  ChildJvm.classPath()))
          .filteredOn(line -> line.startsWith("WARNING"))
          .singleElement()
          .asString()
          .contains(
              "The Docker engine's answer is longer than 16 MiB. Is it an engine that answers at its address?")
          .endsWith(END);
    }
  }

  @Test
  void itAnswersAndThenHangs() throws Exception {
    AtomicBoolean hangs = new AtomicBoolean();
    try (FakeEngine engine = new FakeEngine()) {
      engine.fault =
          request -> {
            if (!request.endsWith("/volumes")) {
              return null;
            }
            hangs.set(true);
            return engine.hang();
          };
      assertSays(
          timeout ->
              run(
                  Map.of("DOCKER_HOST", engine.address(), TIMEOUT, timeout),
                  withoutEngine(),
                  ChildJvm.classPath()),
          hangs::get,
          timeout ->
              "the Docker engine at "
                  + engine.address()
                  + " did not answer everything within "
                  + timeout.replace("s", "000 ms"));
    }
  }

  @Test
  void aDryRunSaysTheSame() throws Exception {
    assertSays(
        run(
            Map.of("DOCKER_HOST", "unix://" + socket(), "FREEPORT_REAPER", "dry-run"),
            withoutEngine(),
            ChildJvm.classPath()),
        "there is no " + socket() + ", where the Docker engine should be");
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "dry-run"})
  void whereThereIsNoSignOfAnEngineNothingIsSaid(String mode) throws Exception {
    List<String> launcher = new ArrayList<>(List.of("env", "-u", "DOCKER_HOST"));
    launcher.addAll(withoutEngine());
    List<String> output =
        run(Map.of("FREEPORT_REAPER", mode, TIMEOUT, AMPLE), launcher, ChildJvm.classPath());
    assertThat(output).noneMatch(line -> line.startsWith("WARNING"));
    assertThat(output).contains("1 succeeded, 0 failed");
  }

  @Test
  void itsSocketIsForOthers(@TempDir Path copies) throws Exception {
    assumeTrue(
        isRoot() && Files.isExecutable(Path.of("/usr/bin/setpriv")),
        "only root can become another user, by setpriv");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path owners = Files.createDirectory(directory.resolve("tmp"));
    Files.setPosixFilePermissions(owners, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (SilentEngine engine = SilentEngine.listenOn(socket())) {
      Files.setPosixFilePermissions(socket(), PosixFilePermissions.fromString("rw-------"));
      assertSays(
          run(
              Map.of("DOCKER_HOST", "unix://" + socket(), "FREEPORT_DIR", owners.resolve("o") + ""),
              List.of("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
              ChildJvm.copyOfClassPath(copies)),
          "this user may not write to " + socket() + ", so the Docker engine cannot be asked");
      assertThat(engine.connections()).isZero();
    }
  }

  @Test
  void switchedOffNobodyIsAsked() throws Exception {
    try (SilentEngine engine = SilentEngine.listenOn(socket())) {
      List<String> output =
          run(
              Map.of("DOCKER_HOST", "unix://" + socket(), "FREEPORT_REAPER", "off"),
              List.of(),
              ChildJvm.classPath());
      assertThat(output).noneMatch(line -> line.startsWith("WARNING"));
      assertThat(output).contains("1 succeeded, 0 failed");
      assertThat(engine.connections()).isZero();
    }
  }

  @Test
  void switchedOffByAConfigurationParameterNobodyIsAsked() throws Exception {
    try (SilentEngine engine = SilentEngine.listenOn(socket())) {
      List<String> output =
          run(
              Map.of("DOCKER_HOST", "unix://" + socket()),
              List.of(),
              ChildJvm.classPath(),
              "freeport.reaper=off");
      assertThat(output).contains("1 succeeded, 0 failed");
      assertThat(engine.connections()).isZero();
    }
  }

  @Test
  void aBadSettingIsSaidAndNobodyIsAsked() throws Exception {
    List<String> output =
        run(
            Map.of("DOCKER_HOST", "unix://" + socket(), "FREEPORT_REAPER", "maybe"),
            List.of(),
            ChildJvm.classPath());
    assertThat(output)
        .contains(
            "SEVERE: The reaper does not run. Bad value for freeport.reaper (environment variable FREEPORT_REAPER): \"maybe\". Expected on, wait, dry-run or off.",
            "1 succeeded, 0 failed");
  }

  /**
   * Returns a command that hides an engine of this machine: Testcontainers takes it when the one
   * that is configured does not answer.
   */
  private static List<String> withoutEngine() {
    if (!Files.exists(Path.of("/var/run/docker.sock"))) {
      return List.of();
    }
    assumeTrue(isRoot(), "only root can hide the engine of this machine");
    return List.of(
        "unshare", "--mount", "sh", "-c", "mount -t tmpfs none /run && exec \"$@\"", "sh");
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private void assertSays(String trouble) throws Exception {
    assertSays(
        run(Map.of("DOCKER_HOST", "unix://" + socket()), withoutEngine(), ChildJvm.classPath()),
        trouble);
  }

  private static void assertSays(List<String> output, String trouble) {
    assertSays(output, trouble, SHORT);
  }

  private static void assertSays(List<String> output, String trouble, String timeout) {
    assertThat(output)
        .filteredOn(line -> line.startsWith("WARNING"))
        .singleElement()
        .asString()
        .startsWith(
            "WARNING: The tests go on without a look for what dead test runs left behind, after ")
        .endsWith(" ms: " + trouble + END);
    assertThat(output).contains("1 succeeded, 0 failed");
    assertThat(output)
        .filteredOn(line -> line.startsWith("first test after "))
        .singleElement()
        .satisfies(
            line ->
                assertThat(Long.parseLong(line.replaceAll("\\D", "")))
                    .as(line)
                    .isLessThan(Long.parseLong(timeout.replace("s", "000")) + MARGIN_MILLIS));
  }

  /** A suite with a reaper that has so much time. */
  private interface Suite {
    List<String> run(String timeout) throws Exception;
  }

  /**
   * On a busy machine the time may be over before the trouble has been met with: then there is more
   * of it.
   */
  private static void assertSays(Suite suite, BooleanSupplier wasMet, UnaryOperator<String> trouble)
      throws Exception {
    for (String timeout : List.of(SHORT, "15s", AMPLE)) {
      List<String> output = suite.run(timeout);
      if (wasMet.getAsBoolean()) {
        assertSays(output, trouble.apply(timeout), timeout);
        return;
      }
    }
    throw new AssertionError("The reaper did not ask");
  }

  private static List<String> run(
      Map<String, String> environment,
      List<String> launcher,
      String classPath,
      String... parameters)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of(parameters));
    arguments.add(NeedsNoEngineFixture.class.getName());
    Map<String, String> all = new HashMap<>(Map.of(TIMEOUT, SHORT, "FREEPORT_REAPER", "wait"));
    all.putAll(environment);
    all.put("FREEPORT_REQUIRE_DOCKER", "false");
    try (ChildJvm suite =
        ChildJvm.start(
            all, launcher, List.of(), classPath, SuiteChild.class, arguments.toArray())) {
      List<String> output = new ArrayList<>(suite.readToEnd());
      assertThat(suite.waitFor()).isZero();
      return output;
    }
  }

  private Path socket() {
    return directory.resolve("docker.sock");
  }

  static class NeedsNoEngineFixture {
    @Test
    void passes() throws IOException {
      assertThat(Path.of("/")).exists();
    }
  }
}
