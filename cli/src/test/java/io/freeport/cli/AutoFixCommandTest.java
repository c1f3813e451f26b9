package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AutoFixCommandTest {

  @TempDir private Path directory;

  private CliProcess.Result run(String... args) throws Exception {
    return CliProcess.run(Map.of(), directory, args);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("freeport.yaml"), text);
  }

  @Test
  void hasNothingToDo() throws Exception {
    Path file = write("services: {web: {range: 10000-19999}}\n");
    CliProcess.Result result = run("auto-fix", "--apply");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("Each service can have a port: web 1");
    assertThat(result.status()).isZero();
    assertThat(file).hasContent("services: {web: {range: 10000-19999}}\n");
  }

  @Test
  void namesAFurtherPort() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      int port = taken.getLocalPort();
      String text =
          "services:\n  web: {preferred: " + port + ", autoFallback: false} # only this one\n";
      Path file = write(text);

      CliProcess.Result proposed = run("auto-fix", "--json");
      assertThat(proposed.status()).isEqualTo(ExitStatus.NO);
      JsonNode answer = new ObjectMapper().readTree(proposed.out());
      assertThat(answer.get("ok").asBoolean()).isFalse();
      JsonNode problem = answer.get("problems").get(0);
      assertThat(problem.get("service").asText()).isEqualTo("web");
      assertThat(problem.get("reason").asText())
          .contains("Port " + port + " is taken by java (pid " + ProcessHandle.current().pid());
      assertThat(problem.get("change").asText())
          .startsWith("set services.web.preferred to " + port + ",");
      assertThat(problem.get("fixed").asBoolean()).isFalse();
      assertThat(file).hasContent(text);

      CliProcess.Result applied = run("auto-fix", "--apply");
      assertThat(applied.err()).isEmpty();
      assertThat(applied.out())
          .contains("  done: set services.web.preferred to " + port + ",")
          .contains("Each service can have a port: web ");
      assertThat(applied.status()).isZero();
      assertThat(Files.readString(file))
          .matches(
              "services:\n  web: \\{preferred: \\["
                  + port
                  + ", [0-9]+], autoFallback: false} # only this one\n");
    }
  }

  @Test
  void keepsTheCommentsOfAList() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      String text =
          """
          services:
            web:
              preferred:        # agreed with the partner
                - %d            # their firewall
              autoFallback: false
          """
              .formatted(taken.getLocalPort());
      Path file = write(text);
      CliProcess.Result applied = run("auto-fix", "--apply");
      assertThat(applied.err()).isEmpty();
      assertThat(applied.status()).isZero();
      assertThat(Files.readString(file).replaceFirst("      - [0-9]+\n", "")).isEqualTo(text);

      CliProcess.Result set = run("config", "set", "services.web.preferred", "9");
      assertThat(set.status()).isEqualTo(ExitStatus.USAGE);
      assertThat(set.err())
          .contains("freeport.yaml: line 3 has the comment \"# agreed with the partner\"");
    }
  }

  @Test
  void tellsServicesOfOnePortApart() throws Exception {
    int port;
    try (PortAllocator allocator = PortAllocator.create()) {
      port = allocator.hold().number();
    }
    write(
        """
        strategy: conservative
        services:
          one: {preferred: %1$d, autoFallback: false, requires: tcp}
          two: {preferred: [%1$d], autoFallback: false, requires: [tcp, udp]}
        """
            .formatted(port));
    CliProcess.Result result = run("auto-fix");
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith(
            "two: Port "
                + port
                + " is that of service \"one\".\n  proposed: set services.two.preferred to "
                + port
                + ",");
    assertThat(result.status()).isEqualTo(ExitStatus.NO);
  }

  @Test
  void namesTheReasonForItsProtocol() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(0)) {
      int port = taken.getLocalPort();
      write("services: {dns: {preferred: " + port + ", autoFallback: false, requires: udp}}\n");
      CliProcess.Result result = run("auto-fix");
      assertThat(result.out()).startsWith("dns: Port " + port + " is taken by java (pid ");
    }
  }

  @Test
  void needsNoEngine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      write("services: {web: {preferred: " + taken.getLocalPort() + ", autoFallback: false}}\n");
      CliProcess.Result result =
          CliProcess.run(
              Map.of("DOCKER_HOST", "unix://" + directory.resolve("no.sock")),
              directory,
              "auto-fix");
      assertThat(result.out()).contains("  proposed: set services.web.preferred to ");
      assertThat(result.status()).isEqualTo(ExitStatus.NO);
    }
  }

  @Test
  void leavesVariablesToWhoeverSetThem() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      Path file = write("services: {web: {preferred: 1, autoFallback: false}}\n");
      Map<String, String> variable =
          Map.of("FREEPORT_SERVICES_WEB_PREFERRED", Integer.toString(taken.getLocalPort()));
      assertThat(CliProcess.run(variable, directory, "auto-fix").out())
          .endsWith("\nNothing is changed.\n");
      CliProcess.Result result = CliProcess.run(variable, directory, "auto-fix", "--apply");
      assertThat(result.status()).isEqualTo(ExitStatus.NO);
      assertThat(result.out())
          .contains("nothing can be proposed")
          .contains("Still without a port: web");
      assertThat(file).hasContent("services: {web: {preferred: 1, autoFallback: false}}\n");
    }
  }

  @Test
  void reapsAContainerOfADeadRun() throws Exception {
    assumeEngine();
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Owner self = OwnerRegistry.of(Settings.ofThisJvm()).self();
    Owner owner = new Owner(self.host(), dead.pid(), self.start() + 1, "0123abcd");
    String container = "";
    int number;
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold();
      number = port.number();
      port.offer();
      container =
          docker(
              "run",
              "-d",
              "--label",
              "io.freeport.owner=" + owner,
              "-p",
              "127.0.0.1:" + number + ":80",
              "busybox:1.35",
              "sh",
              "-c",
              "trap exit TERM; while :; do sleep 1; done");
      port.confirm();
    }
    try {
      Path file = write("services: {web: {preferred: " + number + ", autoFallback: false}}\n");
      String text = Files.readString(file);
      CliProcess.Result proposed = run("auto-fix");
      assertThat(proposed.out())
          .contains("  proposed: reap container " + container.substring(0, 12));
      assertThat(proposed.status()).isEqualTo(ExitStatus.NO);
      assertThat(docker("inspect", "-f", "{{.State.Running}}", container)).isEqualTo("true");

      try (RestrictedEngine engine =
          new RestrictedEngine(directory.resolve("engine.sock"), "^DELETE ")) {
        CliProcess.Result failed =
            CliProcess.run(engine.environment(), directory, "auto-fix", "--apply");
        assertThat(failed.out())
            .contains("  could not: reap container " + container.substring(0, 12))
            .contains("Still without a port: web")
            .doesNotContain("done:");
        assertThat(failed.status()).isEqualTo(ExitStatus.NO);
      }

      CliProcess.Result applied = run("auto-fix", "--apply");
      assertThat(applied.out())
          .contains("  done: reap container " + container.substring(0, 12))
          .contains("Each service can have a port: web " + number);
      assertThat(applied.status()).isZero();
      assertThat(docker("ps", "-aq", "--no-trunc", "--filter", "id=" + container)).isEmpty();
      assertThat(file).hasContent(text);
    } finally {
      docker("ps", "-aq", "--filter", "id=" + container)
          .lines()
          .forEach(AutoFixCommandTest::remove);
    }
  }

  private static void remove(String container) {
    try {
      docker("rm", "-f", container);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assumeEngine() throws Exception {
    boolean required = "true".equals(System.getenv("FREEPORT_REQUIRE_DOCKER"));
    Process info;
    try {
      info =
          new ProcessBuilder("docker", "info")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      assertThat(required).as("FREEPORT_REQUIRE_DOCKER, but there is no docker command").isFalse();
      assumeTrue(false, "no docker command");
      return;
    }
    boolean answers = info.waitFor(10, TimeUnit.SECONDS) && info.exitValue() == 0;
    info.destroyForcibly();
    assertThat(answers || !required).as("FREEPORT_REQUIRE_DOCKER, but no engine answers").isTrue();
    assumeTrue(answers, "no Docker engine answers");
  }

  private static String docker(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(command + ": " + out).isZero();
    return out;
  }
}
