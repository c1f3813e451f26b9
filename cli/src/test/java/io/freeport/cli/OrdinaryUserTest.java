package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.cli.terminal.ExitStatus;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands, as somebody who is not root. */
class OrdinaryUserTest {

  @TempDir private Path folder;

  @BeforeEach
  void installForEverybody() throws IOException {
    assumeTrue(
        KillCommandTest.isRoot() && KillCommandTest.canBeNobody(),
        "only root can become another user, by setpriv; as another user all tests are of this kind");
    open(folder, "rwxrwxrwx");
    open(Files.copy(CliProcess.jar(), folder.resolve("freeport.jar")), "rw-r--r--");
    open(Files.copy(Path.of(CliProcess.command().get(0)), folder.resolve("freeport")), "rwxr-xr-x");
  }

  private static void open(Path file, String permissions) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private CliProcess.Result run(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Listener.AS_NOBODY);
    command.add(folder.resolve("freeport").toString());
    command.addAll(List.of(args));
    Map<String, String> environment =
        Map.of(
            "FREEPORT_DIR", folder.resolve("owners").toString(),
            "XDG_CACHE_HOME", folder.resolve("cache").toString(),
            "HOME", folder.toString());
    try (CliProcess process = CliProcess.start(command, environment, folder)) {
      process.process().getOutputStream().close();
      return process.await();
    }
  }

  @Test
  void seesWhatIsToBeSeenAndEndsNothingOfOthers() throws Exception {
    assertThat(run("find").status()).isZero();
    try (Listener roots = Listener.start(false)) {
      String port = String.valueOf(roots.port());
      assertThat(run("check", port).out())
          .contains(port + "  taken by a process that cannot be seen from here");
      CliProcess.Result who = run("who", port);
      assertThat(who.out()).contains("root may see it").contains("listening on 127.0.0.1:" + port);
      assertThat(who.status()).isZero();

      CliProcess.Result kill = run("kill", "--yes", "--force", port);
      assertThat(kill.err()).contains("which process it is cannot be seen from here");
      assertThat(kill.status()).isEqualTo(ExitStatus.REFUSED);
      assertThat(roots.isAlive()).isTrue();
    }
    privilegedPorts();
    CliProcess.Result doctor = run("doctor");
    assertThat(doctor.out()).contains("ok   owner directory  " + folder.resolve("owners"));
    assertThat(run("ls").out()).startsWith("No JVM of this user holds a port by FreePort.\n");
  }

  /** That this user may not bind it says nothing of whether anybody has it. */
  private void privilegedPorts() throws Exception {
    String port;
    try (ServerSocket roots = privileged()) {
      port = "" + roots.getLocalPort();
      assertThat(run("check", port).status()).isEqualTo(ExitStatus.NO);
      assertThat(run("who", port).out()).contains("listening on ");
    }
    assertThat(run("check", port).out()).startsWith(port + "  free\n");
    CliProcess.Result who = run("who", port);
    assertThat(who.out()).startsWith("Port " + port + " is free now.");
    assertThat(who.status()).isEqualTo(ExitStatus.NO);
    CliProcess.Result kill = run("kill", "--yes", port);
    assertThat(kill.out()).endsWith("There is nothing to end.\n");
    assertThat(kill.status()).isEqualTo(ExitStatus.NO);
  }

  private static ServerSocket privileged() throws IOException {
    for (int port = 1023; port > 512; port--) {
      try {
        return new ServerSocket(port);
      } catch (BindException taken) {
        // the next one, then
      }
    }
    throw new AssertionError("No port below 1024 is free");
  }
}
