package io.freeport.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.freeport.cli.CliProcess;
import io.freeport.cli.Json;
import io.freeport.cli.PseudoTerminal;
import io.freeport.cli.terminal.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {

  /** The machine's own engine, and what it holds, are none of this test's business. */
  private static final Map<String, String> NO_ENGINE =
      Map.of("DOCKER_HOST", "unix:///nonexistent.sock", "TESTCONTAINERS_RYUK_DISABLED", "true");

  @TempDir private Path folder;

  @BeforeEach
  void makeResources() throws IOException {
    Files.createDirectories(folder.resolve("src/test/resources"));
  }

  private void pom(String surefire) throws IOException {
    Files.writeString(
        folder.resolve("pom.xml"),
        """
        <project>
          <artifactId>module</artifactId>
          <properties><forks>0</forks></properties>
          <build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId>
            <configuration>%s</configuration>
          </plugin></plugins></build>
        </project>
        """
            .formatted(surefire));
  }

  private void junit(String properties) throws IOException {
    Files.writeString(folder.resolve("src/test/resources/junit-platform.properties"), properties);
  }

  private CliProcess.Result doctor(String... options) throws Exception {
    String[] args = new String[options.length + 1];
    args[0] = "doctor";
    System.arraycopy(options, 0, args, 1, options.length);
    return CliProcess.run(NO_ENGINE, folder, args);
  }

  @Test
  void findsAModuleInOrder() throws Exception {
    Files.writeString(folder.resolve("freeport.yaml"), "services:\n  web: {preferred: 18080}\n");
    pom("<forkCount>2</forkCount>");
    junit(
        "junit.jupiter.execution.parallel.enabled=true\njunit.jupiter.execution.parallel.mode.default=concurrent\n");
    CliProcess.Result result = doctor();
    assertThat(result.out())
        .containsPattern("(ok|warn) +ephemeral ports +\\d+-\\d+")
        .containsPattern("(ok|warn) +handoff ")
        .contains("ok   owner directory  ")
        .contains("warn engine           no engine answers at unix:///nonexistent.sock")
        .contains("ok   Ryuk             off (TESTCONTAINERS_RYUK_DISABLED)")
        .contains("ok   Surefire         forkCount 2, reuseForks true\n")
        .contains("ok   JUnit            parallel: methods concurrent, classes concurrent\n")
        .contains("ok   freeport.yaml    services web; environment ")
        .doesNotContain("fail", "\u001b");
    assertThat(result.status()).isZero();
    assertThat(doctor("--strict").status()).as("without an engine").isEqualTo(ExitStatus.NO);
  }

  @Test
  void takesJUnitsParametersFromSurefireFirst() throws Exception {
    pom(
        """
        <properties><configurationParameters>
          junit.jupiter.execution.parallel.enabled = true
          junit.jupiter.execution.parallel.mode.default = concurrent
          freeport.leeks = fail
        </configurationParameters></properties>
        """);
    CheckResult concurrent =
        CheckResult.ok("JUnit", "parallel: methods concurrent, classes concurrent");
    assertThat(ModuleChecks.run(folder))
        .contains(concurrent)
        .anySatisfy(finding -> assertThat(finding.text()).contains("there is no freeport.leeks"));
    junit("junit.jupiter.execution.parallel.enabled=false\n");
    assertThat(ModuleChecks.run(folder)).contains(concurrent);
  }

  @Test
  void findsWhatIsWrong() throws Exception {
    Files.writeString(folder.resolve("freeport.yaml"), "services:\n  web: {prefered: 18080}\n");
    pom(
        "<forkCount>${forks}</forkCount><parallel>methods</parallel>"
            + "<systemPropertyVariables><freeport.leeks>fail</freeport.leeks></systemPropertyVariables>");
    junit("junit.jupiter.execution.parallel.enabled=true\nfreeport.retrys=2\n");
    CliProcess.Result result = doctor("--json");
    JsonNode json = Json.parse(result.out());
    assertThat(json.at("/passed").asBoolean()).isFalse();
    assertThat(json.at("/findings"))
        .anySatisfy(one -> assertThat(one.toString()).contains("\"warn\"", "forkCount 0"))
        .anySatisfy(one -> assertThat(one.toString()).contains("\"warn\"", "parallel methods"))
        .anySatisfy(one -> assertThat(one.toString()).contains("\"warn\"", "same_thread"))
        .anySatisfy(
            one ->
                assertThat(one.toString())
                    .contains("\"warn\"", "freeport.leeks", "Did you mean freeport.leaks?"))
        .anySatisfy(
            one ->
                assertThat(one.toString())
                    .contains("\"fail\"", "freeport.retrys", "Did you mean freeport.retries?"))
        .anySatisfy(
            one -> assertThat(one.toString()).contains("\"fail\"", "freeport.yaml", "prefered"));
    assertThat(result.status()).isEqualTo(ExitStatus.NO);
  }

  @Test
  void theReaperIsAsThePlanSays() throws Exception {
    Path plan = folder.resolve("freeport.yaml");
    Files.writeString(plan, "reaper: off\n");
    assertThat(doctor().out())
        .contains("off (TESTCONTAINERS_RYUK_DISABLED), and freeport.reaper=off: nobody removes");

    Files.writeString(plan, "reaper.timeout: 25h\n");
    assertThat(CliProcess.run(NO_ENGINE, folder, "reap", "--dry-run").err())
        .contains("freeport.reaper.timeout must be positive and no longer than a day");
    Files.writeString(plan, "reaper.age: soon\n");
    assertThat(CliProcess.run(NO_ENGINE, folder, "reap", "--dry-run").err())
        .contains("freeport.reaper.age", plan + ":1", "\"soon\"");
  }

  @Test
  void readsTheSettingsOfAParent() throws Exception {
    Files.writeString(
        folder.resolve("pom.xml"),
        """
        <project><artifactId>parent</artifactId><build><pluginManagement><plugins><plugin>
          <artifactId>maven-surefire-plugin</artifactId>
          <configuration><forkCount>3C</forkCount></configuration>
        </plugin></plugins></pluginManagement></build></project>
        """);
    Path module = Files.createDirectory(folder.resolve("module"));
    Files.writeString(
        module.resolve("pom.xml"),
        "<project><parent><artifactId>parent</artifactId></parent></project>");
    assertThat(ModuleChecks.run(module))
        .contains(CheckResult.ok("Surefire", "forkCount 3C, reuseForks true"));
  }

  @Test
  void readsNoOtherFileForAPom() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "a secret");
    Files.writeString(
        folder.resolve("pom.xml"),
        "<!DOCTYPE project [<!ENTITY x SYSTEM \""
            + secret.toUri()
            + "\">]><project><build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId>"
            + "<configuration><forkCount>&x;</forkCount></configuration></plugin></plugins></build></project>");
    assertThat(ModuleChecks.run(folder))
        .anySatisfy(finding -> assertThat(finding.level()).isEqualTo(CheckResult.Level.FAIL))
        .noneSatisfy(finding -> assertThat(finding.text()).contains("a secret"));
  }

  @Test
  void findsAnOwnerDirectoryThatIsOpenToOthers() throws Exception {
    Path open = Files.createDirectory(folder.resolve("owners"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    CliProcess.Result result =
        CliProcess.run(
            Map.of("FREEPORT_DIR", open.toString(), "DOCKER_HOST", "unix:///nonexistent.sock"),
            folder,
            "doctor");
    assertThat(result.out())
        .contains("fail owner directory  " + open)
        .contains("is open to others");
    assertThat(result.err()).as("logs are for --verbose").isEmpty();
    assertThat(result.status()).isEqualTo(ExitStatus.NO);
  }

  @Test
  void givesHintsAboutRangesAndServices() throws Exception {
    Files.writeString(
        folder.resolve("freeport.yaml"),
        "services:\n  web: {preferred: 6000, fallback: 30080}\n  db: {preferred: 15432}\n");
    Map<String, String> ranges = new HashMap<>(NO_ENGINE);
    ranges.put("FREEPORT_RANGES", "10000-10100, 30000-30100");
    CliProcess.Result result = CliProcess.run(ranges, folder, "doctor");
    assertThat(result.out())
        .contains(
            "ok   freeport.ranges  ports that nobody names come from 10000-10100, 30000-30100; without those that browsers refuse [10080]\n",
            "On a Kubernetes node, name none of 30000-32767: ports of these NodePorts can be bound, but the node may redirect them.\n",
            "ok   freeport.yaml    port 6000 of web: browsers refuse to connect to it\n",
            "ok   freeport.yaml    port 30080 of web: a Kubernetes node or a rule of iptables may redirect it, ")
        .doesNotContain("15432");
    assertThat(result.status()).isZero();
  }

  /** A network namespace has settings of its own; making one needs root. */
  @Test
  void findsAnEphemeralRangeThatLeavesNothing() throws Exception {
    List<String> everything =
        List.of(
            "unshare",
            "-n",
            "sh",
            "-c",
            "ip link set lo up && sysctl -qw net.ipv4.ip_local_port_range='1024 65535' && exec \"$@\"",
            "sh");
    assumeTrue(succeeds(everything, "true"), "cannot make a network namespace");
    assertThat(doctorBy(everything, NO_ENGINE))
        .contains(
            "warn ephemeral ports  1024-65535 (net.ipv4.ip_local_port_range); no others are left, so FreePort takes ports from them, as Docker and programs that bind port 0 do\n",
            "Let them begin higher (sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\"), or name ranges by freeport.ranges.\n");

    Map<String, String> ranges = new HashMap<>(NO_ENGINE);
    ranges.put("FREEPORT_RANGES", "20000-20999");
    assertThat(doctorBy(everything, ranges))
        .contains(
            "ok   ephemeral ports  1024-65535 (net.ipv4.ip_local_port_range); no others are left, but freeport.ranges names ports\n",
            "ok   freeport.ranges  ports that nobody names come from 20000-20999\n");
  }

  private String doctorBy(List<String> launcher, Map<String, String> environment) throws Exception {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(CliProcess.command());
    command.add("doctor");
    try (CliProcess process = CliProcess.start(command, environment, folder)) {
      CliProcess.Result result = process.await();
      assertThat(result.status()).as("warnings are no failures: %s", result.err()).isZero();
      return result.out();
    }
  }

  private static boolean succeeds(List<String> launcher, String command) throws Exception {
    List<String> all = new ArrayList<>(launcher);
    all.add(command);
    try {
      return new ProcessBuilder(all).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException noUnshare) {
      return false;
    }
  }

  @Test
  void readsNoPomThatIsNestedTooDeeply() throws Exception {
    pom("<properties>" + "<x>".repeat(100_000) + "</x>".repeat(100_000) + "</properties>");
    CliProcess.Result result = CliProcess.run(NO_ENGINE, folder, "doctor");
    assertThat(result.out()).contains(folder.toRealPath().resolve("pom.xml") + " cannot be read");
    assertThat(result.err()).doesNotContain("StackOverflowError");
  }

  @Test
  void colourIsForTerminals() throws Exception {
    try (PseudoTerminal terminal = PseudoTerminal.start(NO_ENGINE, "doctor")) {
      terminal.awaitEnd();
      assertThat(terminal.seen()).contains("\u001b[32mok  ");
    }
    Map<String, String> plain = Map.of("DOCKER_HOST", "unix:///nonexistent.sock", "NO_COLOR", "1");
    try (PseudoTerminal terminal = PseudoTerminal.start(plain, "doctor")) {
      terminal.awaitEnd();
      assertThat(terminal.seen()).contains("ok   ").doesNotContain("\u001b");
    }
  }
}
