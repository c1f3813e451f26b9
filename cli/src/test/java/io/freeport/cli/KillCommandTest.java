package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.PortAllocator;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beside each victim there is a bystander, which must never be ended. */
class KillCommandTest {

  private Listener bystander;

  @BeforeEach
  void startBystander() throws IOException {
    bystander = Listener.start(false);
  }

  @AfterEach
  void sparesTheBystander() {
    try (Listener closed = bystander) {
      assertThat(closed.isAlive()).isTrue();
    }
  }

  private static String port(Listener listener) {
    return String.valueOf(listener.port());
  }

  @Test
  void endsAProcess() throws Exception {
    try (Listener victim = Listener.start(false)) {
      CliProcess.Result kill = CliProcess.run("kill", "--yes", "--grace=1m", port(victim));
      assertThat(kill.err()).isEmpty();
      assertThat(kill.out().lines().toList())
          .satisfiesExactly(
              who ->
                  assertThat(who).startsWith("Port " + victim.port() + " is taken by java (pid "),
              command -> assertThat(command).startsWith("Its command: ").contains("Listener"),
              done ->
                  assertThat(done)
                      .isEqualTo("Sent TERM to java (pid " + victim.pid() + "): it has ended."),
              free -> assertThat(free).isEqualTo("Port " + victim.port() + " is free now."));
      assertThat(kill.status()).isZero();
      assertThat(victim.isAlive()).isFalse();
    }
  }

  @Test
  void killsOneThatDoesNotEnd() throws Exception {
    try (Listener victim = Listener.start(true)) {
      CliProcess.Result kill = CliProcess.run("kill", "--yes", "--grace=1s", port(victim));
      assertThat(kill.out())
          .contains(
              "Sent TERM to java (pid " + victim.pid() + "), and KILL after 1 s: it has ended.");
      assertThat(kill.status()).isZero();
      assertThat(victim.isAlive()).isFalse();
    }
  }

  @Test
  void asksAtATerminal() throws Exception {
    try (Listener victim = Listener.start(false)) {
      try (PseudoTerminal terminal = PseudoTerminal.start(Map.of(), "kill", port(victim))) {
        terminal.awaitText("End java (pid " + victim.pid() + ")? [y/N] ");
        terminal.type("n");
        assertThat(terminal.awaitEnd()).isEqualTo(ExitStatus.NO);
        assertThat(terminal.seen()).contains("Nothing was ended.");
      }
      assertThat(victim.isAlive()).isTrue();
      try (PseudoTerminal terminal = PseudoTerminal.start(Map.of(), "kill", port(victim))) {
        terminal.awaitText("[y/N] ");
        terminal.type("y");
        assertThat(terminal.awaitEnd()).isZero();
      }
      assertThat(victim.isAlive()).isFalse();
    }
  }

  @Test
  void isContentWithOneThatEndsByItself() throws Exception {
    try (Listener victim = Listener.start(false);
        PseudoTerminal terminal = PseudoTerminal.start(Map.of(), "kill", port(victim))) {
      terminal.awaitText("? [y/N] ");
      victim.close();
      terminal.type("y");
      assertThat(terminal.awaitEnd()).isZero();
      assertThat(terminal.seen())
          .contains("ended by itself. Port " + victim.port() + " is free now.");
    }
  }

  /** Who listens on the same number for TCP stays. */
  @Test
  void endsWhoHasTheUdpPort() throws Exception {
    String port = port(bystander);
    CliProcess.Result none = CliProcess.run("kill", "--yes", "--udp", port);
    assertThat(none.status()).isEqualTo(ExitStatus.NO);
    try (ChildJvm victim = ChildJvm.start(TestServer.class, "udp", port)) {
      assertThat(victim.readLine()).isEqualTo("ready " + port);
      CliProcess.Result check = CliProcess.run("check", "--udp", port);
      assertThat(check.out()).startsWith(port + "  taken by java (pid " + victim.pid());
      assertThat(check.status()).isEqualTo(ExitStatus.NO);
      CliProcess.Result kill = CliProcess.run("kill", "--yes", "--udp", port);
      assertThat(kill.out()).contains("Sent TERM to java (pid " + victim.pid() + ")");
      assertThat(kill.status()).isZero();
    }
  }

  @Test
  void refusesWithoutATerminal() throws Exception {
    CliProcess.Result kill = CliProcess.run("kill", port(bystander));
    assertThat(kill.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(kill.err())
        .isEqualTo(
            "freeport: Refused, since there is no terminal to ask at. Nothing was ended. If you mean it, use --yes.\n");
  }

  @Test
  void refusesItsAncestors() throws Exception {
    try (ServerSocket ours = new ServerSocket(0)) {
      CliProcess.Result kill =
          CliProcess.run("kill", "--yes", "--force", String.valueOf(ours.getLocalPort()));
      assertThat(kill.status()).isEqualTo(ExitStatus.REFUSED);
      assertThat(kill.err())
          .contains("(pid " + ProcessHandle.current().pid() + "): this command runs in it")
          .endsWith("Nothing was ended.\n");
    }
  }

  @Test
  void refusesTheFirstProcess() throws Exception {
    assumeTrue(isRoot() && canUnshare(), "only root can make a pid namespace, by unshare");
    List<String> command = new ArrayList<>(UNSHARE);
    command.addAll(List.of(java().toString(), "-cp", ChildJvm.classPath()));
    command.addAll(List.of(First.class.getName(), CliProcess.command().get(0)));
    try (CliProcess first = CliProcess.start(command, Map.of(), Path.of("."))) {
      CliProcess.Result result = first.await();
      assertThat(result.err())
          .contains("freeport: Refused to end java (pid 1): it is the first process");
      assertThat(result.status()).isEqualTo(ExitStatus.REFUSED);
    }
  }

  /** Of two containers that share a directory, each counts its own pids. */
  @Test
  void refusesAHoldWhosePidCountsElsewhere(@TempDir Path owners) throws Exception {
    assumeTrue(isRoot() && canUnshare(), "only root can make a pid namespace, by unshare");
    List<String> withPidOfBystander = new ArrayList<>(UNSHARE);
    withPidOfBystander.addAll(
        List.of(
            "sh",
            "-c",
            "echo " + (bystander.pid() - 1) + " >/proc/sys/kernel/ns_last_pid; \"$@\"; exit",
            "sh"));
    try (ChildJvm holder =
        ChildJvm.start(
            Map.of(),
            withPidOfBystander,
            // Files with such data are known by the pid, too.
            List.of("-Dfreeport.dir=" + owners, "-XX:-UsePerfData"),
            ChildJvm.classPath(),
            Holder.class)) {
      assumeTrue(
          holder.readLine().equals("" + bystander.pid()), "the kernel lets nobody choose a pid");
      String port = holder.readLine();
      Map<String, String> shared = Map.of("FREEPORT_DIR", owners.toString());
      CliProcess.Result who = CliProcess.run(shared, Path.of("."), "who", "--json", port);
      assertThat(who.out()).contains("\"freeport\"").doesNotContain("\"pid\"");
      CliProcess.Result kill =
          CliProcess.run(shared, Path.of("."), "kill", "--yes", "--force", port);
      assertThat(kill.err())
          .startsWith("freeport: Refused: it is a FreePort hold (")
          .contains("with pid " + bystander.pid() + " on another host or in another namespace");
      assertThat(kill.status()).isEqualTo(ExitStatus.REFUSED);
    }
  }

  @Test
  void refusesWhatAnEngineRuns(@TempDir Path folder) throws Exception {
    Path proxy = Files.createSymbolicLink(folder.resolve("docker-proxy"), java());
    List<String> command =
        List.of(
            proxy.toString(), "-cp", ChildJvm.classPath(), Listener.Main.class.getName(), "false");
    Process engine = CliProcess.builder(command, Map.of(), Path.of(".")).start();
    try {
      String port = engine.inputReader().readLine();
      CliProcess.Result kill = CliProcess.run("kill", "--yes", "--force", port);
      assertThat(kill.err()).contains("it is a part of a container engine");
      assertThat(kill.status()).isEqualTo(ExitStatus.REFUSED);
      assertThat(engine.isAlive()).isTrue();
    } finally {
      engine.destroyForcibly();
    }
  }

  @Test
  void endsAnotherUsersProcessByForceOnly(@TempDir Path folder) throws Exception {
    assumeTrue(isRoot() && canBeNobody(), "only root can become another user, by setpriv");
    try (Listener victim = Listener.ofNobody(folder)) {
      CliProcess.Result refused = CliProcess.run("kill", "--yes", port(victim));
      assertThat(refused.err()).contains("it is of user nobody, not yours");
      assertThat(refused.status()).isEqualTo(ExitStatus.REFUSED);
      assertThat(victim.isAlive()).isTrue();

      CliProcess.Result forced = CliProcess.run("kill", "--yes", "--force", port(victim));
      assertThat(forced.status()).isZero();
      assertThat(victim.isAlive()).isFalse();
    }
  }

  @Test
  void doesNothingWhereNobodyHasThePort() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    CliProcess.Result kill = CliProcess.run("kill", "--yes", String.valueOf(free));
    assertThat(kill.out()).isEqualTo("Port " + free + " is free now. There is nothing to end.\n");
    assertThat(kill.status()).isEqualTo(ExitStatus.NO);
  }

  private static final List<String> UNSHARE =
      List.of("/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "--kill-child");

  private static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  static boolean canBeNobody() {
    return Files.isExecutable(Path.of(Listener.AS_NOBODY.get(0)));
  }

  private static boolean canUnshare() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(UNSHARE);
    command.add("true");
    return Files.isExecutable(Path.of(UNSHARE.get(0)))
        && new ProcessBuilder(command).start().waitFor() == 0;
  }

  /** The first process of a pid namespace, which calls the command line to end itself. */
  static final class First {
    private First() {}

    public static void main(String[] args) throws Exception {
      try (ServerSocket server = new ServerSocket(0)) {
        Process kill =
            new ProcessBuilder(
                    args[0], "kill", "--yes", "--force", String.valueOf(server.getLocalPort()))
                .inheritIO()
                .start();
        System.exit(kill.waitFor());
      }
    }
  }

  /** Says its pid and its port, and holds that until the test ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      try (PortAllocator allocator = PortAllocator.create()) {
        System.out.println(ProcessHandle.current().pid());
        System.out.println(allocator.hold().number());
        System.in.read();
      }
    }
  }
}
