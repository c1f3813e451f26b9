package io.freeport.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.internal.os.HostProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class RunCommandTest {

  @TempDir private Path directory;

  private @Nullable RunningCommand running;

  @AfterEach
  void leavesNoProcess() throws Exception {
    if (running != null) {
      try (RunningCommand ended = running) {
        assertThat(ended.left()).isEmpty();
      }
    }
  }

  private RunningCommand start(String... args) throws IOException {
    running = RunningCommand.start(directory, Map.of(), args);
    return running;
  }

  @Test
  void fillsInNumbersAndReturnsTheStatus() throws Exception {
    RunningCommand command =
        start(
            "run",
            "--port=web-site",
            "--port=db/tcp+udp",
            "--",
            "sh",
            "-c",
            "echo {web-site} $WEB_SITE_PORT {db} $DB_PORT {other} ${PORT-none}; exit 7");
    String[] words = command.readLine().split(" ", -1);
    assertThat(words[0]).isEqualTo(words[1]).isNotEqualTo(words[2]).containsOnlyDigits();
    assertThat(words[2]).isEqualTo(words[3]).containsOnlyDigits();
    assertThat(words[4]).isEqualTo("{other}");
    assertThat(words[5]).isEqualTo("none");
    assertThat(command.await()).isEqualTo(7);
    assertThat(command.err()).isEmpty();
  }

  @Test
  void goesOnWithTheRangeIfThePreferredPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      RunningCommand command =
          start(
              "run",
              "--port=web=" + taken.getLocalPort() + ",12000-14999",
              "--",
              "printenv",
              "PORT");
      assertThat(Integer.parseInt(command.readLine())).isBetween(12_000, 14_999);
      assertThat(command.await()).isZero();
    }
  }

  @Test
  void passesOutputThroughByteByByte() throws Exception {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    Path file = Files.write(directory.resolve("bytes"), bytes);
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    String freeport = String.join(" ", RunningCommand.command());
    running =
        RunningCommand.startBy(
            List.of(
                "sh",
                "-c",
                freeport
                    + " run --port web -- sh -c 'cat bytes; cat bytes >&2' >"
                    + out
                    + " 2>"
                    + err),
            directory);
    assertThat(running.await()).isZero();
    assertThat(Files.readAllBytes(out)).isEqualTo(Files.readAllBytes(file));
    assertThat(Files.readAllBytes(err)).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  void passesPartsOfLinesAsTheyCome() throws Exception {
    RunningCommand command =
        start("run", "--port=web", "--", "sh", "-c", "printf password: >&2; read x; echo $x");
    waitUntil(() -> command.err().equals("password:"));
    command.writeLine("secret");
    assertThat(command.readLine()).isEqualTo("secret");
    assertThat(command.await()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127 | \"no-such-command\" cannot be found | --port=web -- no-such-command",
        "126 | \"/etc/passwd\" cannot be started    | --port=web -- /etc/passwd",
        "2   | \"web=x\" is not a port.             | --port=web=x -- true",
        "2   | There is no port to be held.         | -- true",
        "2   | There are two ports \"web\"          | --port=web --port=web -- true",
        "2   | two ports for the variable A_B_PORT | --port=a-b --port=a_b -- true"
      })
  void saysWhyItCannotStart(int status, String message, String arguments) throws Exception {
    RunningCommand command = start(("run " + arguments).split(" ", -1));
    assertThat(command.await()).isEqualTo(status);
    assertThat(command.err()).contains(message);
  }

  @Test
  void saysThatThereIsNoPort() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      int port = taken.getLocalPort();
      RunningCommand command =
          start("run", "--port=web=" + port + "-" + port, "--", "sh", "-c", "echo started");
      assertThat(command.await()).isEqualTo(125);
      assertThat(command.readLine()).isNull();
      assertThat(command.err()).contains("Port " + port + " is taken by");
    }
  }

  /** The request that is about to fail asks the engine for leftovers, which does not answer. */
  @Test
  void endsByCtrlCWhileItWaitsForItsPorts() throws Exception {
    RunningCommand.assumeNotIgnored("INT");
    try (ServerSocket taken = new ServerSocket(0);
        ServerSocket engine = new ServerSocket(0)) {
      String range = taken.getLocalPort() + "-" + taken.getLocalPort();
      running =
          RunningCommand.start(
              directory,
              Map.of("DOCKER_HOST", "tcp://127.0.0.1:" + engine.getLocalPort()),
              "run",
              "--port=web=" + range,
              "--",
              "true");
      try (Socket unanswered = engine.accept()) {
        running.signal("INT");
        assertThat(running.await()).isEqualTo(130);
      }
    }
  }

  /** The server's end is reported as it was: 128 + n. */
  @ParameterizedTest
  @CsvSource({"TERM,143", "INT,130", "HUP,129"})
  void passesSignals(String signal, int status) throws Exception {
    RunningCommand.assumeNotIgnored(signal);
    RunningCommand command =
        start(
            RunningCommand.java(
                "run",
                "--explain",
                "--port=web",
                "--",
                "io.freeport.cli.TestServer",
                "http",
                "{web}"));
    int port = readyOn(command);
    assertThat(get(port)).startsWith("pid ");
    waitUntil(() -> command.err().contains("web " + port + " is listened on"));
    command.signal(signal);
    assertThat(command.await()).isEqualTo(status);
  }

  /** The terminal itself sends Ctrl-C to the command: not twice, then. */
  @Test
  void leavesCtrlCToTheTerminal() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "there is no script command");
    RunningCommand.assumeNotIgnored("INT");
    Files.writeString(
        directory.resolve("command.sh"),
        "n=0; trap 'n=$((n+1)); echo int' INT; echo up; read x; read x; echo total $n; exit 4\n");
    running =
        RunningCommand.startBy(
            List.of(
                "script",
                "-qec",
                // A shell that stays in between would die of Ctrl-C afterwards, as dash does.
                "exec "
                    + String.join(" ", RunningCommand.command())
                    + " run --port web -- sh command.sh",
                "/dev/null"),
            directory);
    assertThat(running.readLine()).isEqualTo("up");
    running.write("\u0003");
    assertThat(running.readLine()).contains("int");
    running.writeLine("a");
    running.writeLine("b");
    String line = running.readLine();
    while (line.length() < 3) { // the terminal's echo
      line = running.readLine();
    }
    assertThat(line).isEqualTo("total 1");
    assertThat(running.await()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "USR1", "USR2", "WINCH", "CONT"})
  void letsTheCommandDecideAboutItsEnd(String signal) throws Exception {
    RunningCommand command =
        start(
            "run",
            "--port=web",
            "--",
            "sh",
            "-c",
            "trap 'echo not yet' " + signal + "; echo up; read x; read x; exit 9");
    assertThat(command.readLine()).isEqualTo("up");
    command.signal(signal);
    assertThat(command.readLine()).isEqualTo("not yet");
    assertThat(command.isAlive()).isTrue();
    command.writeLine("now");
    command.writeLine("now");
    assertThat(command.await()).isEqualTo(9);
  }

  /** Nobody else gets the port before the server, which is not told to go on before that. */
  @Test
  void holdsThePortUntilTheServerListens() throws Exception {
    RunningCommand command =
        start(RunningCommand.java("run", "--port=web", "--", "io.freeport.cli.Gate", "{web}"));
    int port = Integer.parseInt(command.readLine());
    assertThat(isFree(port)).as("while the server is about to start").isFalse();
    command.writeLine("go");
    assertThat(readyOn(command)).isEqualTo(port);
    assertThat(get(port)).startsWith("pid ");
    command.signal("TERM");
    assertThat(command.await()).isEqualTo(143);
    assertThat(command.err()).isEmpty();
  }

  @Test
  void closesTheHoldForAServerThatCannotBindBesideIt() throws Exception {
    RunningCommand command =
        start(
            RunningCommand.java(
                "run", "--port=web", "--", "io.freeport.cli.TestServer", "exclusive", "{web}"));
    readyOn(command);
    command.signal("TERM");
    assertThat(command.await()).isEqualTo(143);
    assertThat(command.err())
        .containsOnlyOnce("It is started again without the hold.")
        .contains("BindException");
  }

  @Test
  void startsAgainWithAnotherNumberIfSomebodyTookIt() throws Exception {
    RunningCommand command =
        start(RunningCommand.java("run", "--port=web", "--", "io.freeport.cli.Gate", "{web}"));
    int port = Integer.parseInt(command.readLine());
    try (ServerSocket thief = new ServerSocket()) {
      thief.setReuseAddress(true); // asks for this very number, in the way of servers
      thief.bind(new InetSocketAddress(port));
      command.writeLine("go");
      int other = Integer.parseInt(command.readLine());
      assertThat(other).isNotEqualTo(port);
      command.writeLine("go");
      assertThat(readyOn(command)).isEqualTo(other);
      assertThat(get(other)).startsWith("pid ");
    }
    command.signal("TERM");
    assertThat(command.await()).isEqualTo(143);
    assertThat(command.err())
        .contains("Port " + port + " is taken by java (pid " + ProcessHandle.current().pid())
        .contains("The command is started again with ");
  }

  /** Before it was seen that somebody else listens on its port. */
  @Test
  void saysWhoHasThePortOfACommandThatFailsAtOnce() throws Exception {
    RunningCommand command =
        start("run", "--port=web", "--", "sh", "-c", "echo {web}; read status; exit $status");
    int port = Integer.parseInt(command.readLine());
    try (ServerSocket thief = new ServerSocket()) {
      thief.setReuseAddress(true);
      thief.bind(new InetSocketAddress(port));
      command.writeLine("1");
      assertThat(command.readLine()).isNotEqualTo("" + port);
    }
    command.writeLine("0");
    assertThat(command.await()).isZero();
    assertThat(command.err())
        .startsWith(
            "freeport: Port "
                + port
                + " is taken by java (pid "
                + ProcessHandle.current().pid()
                + ",")
        .doesNotContain("and by");
  }

  /** Its parent is gone by then, and it may have a session of its own. */
  @ParameterizedTest
  @ValueSource(strings = {"", "setsid "})
  void doesNotRepeatACommandWhoseServerStays(String launcher) throws Exception {
    List<String> server =
        List.of(RunningCommand.java("--", "io.freeport.cli.TestServer", "http", "{web}"));
    RunningCommand command =
        start(
            "run",
            "--port=web",
            "--",
            "sh",
            "-c",
            "echo x >>runs; mkfifo up; "
                + launcher
                + String.join(" ", server.subList(1, server.size()))
                + " >up & read ready <up; echo $!; exit 1");
    ProcessHandle left = ProcessHandle.of(Long.parseLong(command.readLine())).orElseThrow();
    try {
      assertThat(command.await()).isEqualTo(1);
      assertThat(command.err()).isEmpty();
      assertThat(Files.readString(directory.resolve("runs"))).isEqualTo("x\n");
    } finally {
      left.destroyForcibly();
    }
  }

  @Test
  void doesNotStartAgainWithoutRetries() throws Exception {
    RunningCommand command =
        start(
            RunningCommand.java(
                "run", "--retries=0", "--port=web", "--", "io.freeport.cli.Gate", "{web}"));
    int port = Integer.parseInt(command.readLine());
    try (ServerSocket thief = new ServerSocket()) {
      thief.setReuseAddress(true);
      thief.bind(new InetSocketAddress(port));
      command.writeLine("go");
      assertThat(command.await()).isEqualTo(1);
    }
    assertThat(command.err()).contains("BindException").doesNotContain("freeport:");
  }

  @ParameterizedTest
  @CsvSource({
    "broken configuration",
    "listen 127.0.0.1:10: bind: address already in use",
    "bind 127.0.0.1:{web}: cannot assign requested address"
  })
  void doesNotRepeatWhatFailedForAnotherReason(String message) throws Exception {
    RunningCommand command =
        start(
            "run",
            "--port=web",
            "--",
            "sh",
            "-c",
            "echo x >>runs; echo '" + message + "' >&2; exit 5");
    assertThat(command.await()).isEqualTo(5);
    assertThat(Files.readString(directory.resolve("runs"))).isEqualTo("x\n");
  }

  /** Its message names no port: a hold may have been in its way, which one more start tells. */
  @Test
  void stopsWhenTheSameFailureComesWithoutAHold() throws Exception {
    RunningCommand command =
        start(
            "run",
            "--port=web",
            "--",
            "sh",
            "-c",
            "echo {web} >>runs; echo 'redis: Address already in use' >&2; exit 7");
    assertThat(command.await()).isEqualTo(7);
    List<String> runs = Files.readAllLines(directory.resolve("runs"));
    assertThat(runs).hasSize(2);
    String port = "web " + runs.get(0);
    assertThat(command.err())
        .isEqualTo(
            """
            redis: Address already in use
            freeport: The command ended with status 7, and says that an address is in use. \
            Nobody has %1$s, but some programs cannot listen beside a hold. \
            It is started again without the hold.
            redis: Address already in use
            freeport: The command ended with status 7, and says that an address is in use. \
            It says so without a hold, too, and nobody has %1$s. It is not started again.
            """
                .formatted(port));
  }

  /** Somebody may have had the port it names for a moment, but not twice. */
  @Test
  void believesOnceThatSomebodyHadThePort() throws Exception {
    RunningCommand command =
        start(
            "run",
            "--port=web",
            "--",
            "sh",
            "-c",
            "echo {web} >>runs; echo 'bind 0.0.0.0:{web}: address already in use' >&2; exit 7");
    assertThat(command.await()).isEqualTo(7);
    List<String> runs = Files.readAllLines(directory.resolve("runs"));
    assertThat(runs).hasSize(3);
    assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
    assertThat(command.err())
        .contains("The command says that port " + runs.get(0) + " is in use. Nobody has it now.")
        .endsWith(" and nobody has web " + runs.get(2) + ". It is not started again.\n")
        .doesNotContain("Somebody had", "is taken by");
  }

  /** A shell's background commands ignore INT, and a shell that TERM ends leaves them. */
  @ParameterizedTest
  @CsvSource({"TERM,143", "INT,130", "HUP,129"})
  void endsAllDescendants(String signal, int status) throws Exception {
    RunningCommand.assumeNotIgnored(signal);
    RunningCommand command =
        start(
            "run",
            "--port=web",
            "--",
            "sh",
            "-c",
            "sleep 1000 & sh -c 'sleep 1000; true' & echo up; wait");
    assertThat(command.readLine()).isEqualTo("up");
    command.signal(signal);
    assertThat(command.await()).isEqualTo(status);
    assertThat(command.left()).isEmpty();
    assertThat(command.err()).doesNotContain("freeport:");
  }

  /**
   * By HUP, which the end of the terminal sends, these do not end. The command may be gone before
   * its parent has noticed the signal.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsAllDescendantsByCtrlC(boolean commandEndsFirst) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "there is no script command");
    RunningCommand.assumeNotIgnored("INT");
    Files.writeString(
        directory.resolve("command.sh"),
        "trap '' HUP; sleep 1000 & sleep 1000 & trap - HUP; echo up; wait\n");
    running =
        RunningCommand.startBy(
            List.of(
                "script",
                "-qec",
                "exec "
                    + String.join(" ", RunningCommand.command())
                    + " run --port web -- sh command.sh",
                "/dev/null"),
            directory);
    assertThat(running.readLine()).isEqualTo("up");
    if (commandEndsFirst) {
      ProcessHandle command = running.descendant("command.sh");
      ProcessHandle freeport = command.parent().orElseThrow();
      RunningCommand.signal("STOP", freeport); // script stops with it
      RunningCommand.signal("INT", freeport);
      RunningCommand.signal("INT", command);
      // A zombie: its parent cannot ask for its status.
      waitUntil(() -> hasEnded(command));
      RunningCommand.signal("CONT", freeport);
      running.signal("CONT");
    } else {
      running.write("\u0003");
    }
    assertThat(running.await()).isEqualTo(130);
    assertThat(running.left()).isEmpty();
  }

  /** A daemon has left on purpose. */
  @Test
  void namesDescendantsThatHaveLeft() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setsid")), "there is no setsid command");
    RunningCommand command =
        start(
            "run",
            "--port=web",
            "--",
            "sh",
            "-c",
            "mkfifo up; setsid -f sh -c 'echo $$ >up; exec sleep 1000'; read daemon <up;"
                + " echo $daemon; exec sleep 1000");
    ProcessHandle daemon = ProcessHandle.of(Long.parseLong(command.readLine())).orElseThrow();
    try {
      command.signal("TERM");
      assertThat(command.await()).isEqualTo(143);
      assertThat(daemon.isAlive()).isTrue();
      assertThat(command.err())
          .isEqualTo(
              """
              freeport: sleep (pid %1$d) still runs. The command has started it, \
              but it is no child of the command any more. To end it: kill %1$d
              """
                  .formatted(daemon.pid()));
    } finally {
      daemon.destroyForcibly();
    }
  }

  /** Two databases on one folder would not do. */
  @Test
  void endsWhatAFailedStartLeftBeforeTheNext() throws Exception {
    RunningCommand command =
        start(
            "run",
            "--port=web",
            "--",
            "sh",
            "-c",
            "sleep 1000 & echo $! >>left; echo 'x: Address already in use' >&2; exit 7");
    assertThat(command.await()).isEqualTo(7);
    List<Long> left =
        Files.readAllLines(directory.resolve("left")).stream().map(Long::valueOf).toList();
    assertThat(left).hasSize(2);
    assertThat(command.alive()).singleElement().asString().startsWith(left.get(1) + " ");
    ProcessHandle.of(left.get(1)).ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void saysThatNobodyListensAndGoesOn() throws Exception {
    RunningCommand command =
        start("run", "--timeout=0.2s", "--port=web", "--", "sh", "-c", "echo {web}; read x");
    int port = Integer.parseInt(command.readLine());
    waitUntil(() -> !command.err().isEmpty());
    assertThat(command.err())
        .isEqualTo(
            "freeport: Nobody listens on "
                + port
                + " (web) after 0.2 s. The command goes on, and the port stays with it until it ends. Does it use {web}?\n");
    assertThat(isFree(port)).isFalse();
    command.closeInput();
    assertThat(command.await()).isEqualTo(1);
    assertThat(isFree(port)).isTrue();
  }

  @Test
  void handsUdpOver() throws Exception {
    RunningCommand command =
        start(
            RunningCommand.java(
                "run", "--port=dns/udp", "--", "io.freeport.cli.TestServer", "udp", "{dns}"));
    int port = readyOn(command);
    try (DatagramSocket client = new DatagramSocket()) {
      DatagramPacket packet =
          new DatagramPacket("ping".getBytes(UTF_8), 4, InetAddress.getLoopbackAddress(), port);
      client.send(packet);
      client.setSoTimeout(30_000);
      client.receive(packet);
      assertThat(new String(packet.getData(), UTF_8)).isEqualTo("ping");
    }
    command.signal("TERM");
    assertThat(command.await()).isEqualTo(143);
  }

  @Test
  void takesPortsFromAPlan() throws Exception {
    Files.writeString(
        directory.resolve("freeport.yaml"),
        """
        services:
          server: {requires: http}
          live: {inherit: server, requires: websocket}
          db:
        """);
    RunningCommand command =
        start(
            "run",
            "--plan=.",
            "--port=extra",
            "--",
            "sh",
            "-c",
            "echo $SERVER_URL $LIVE_URL $DB_PORT {server} {live} {db} $EXTRA_PORT");
    String[] words = command.readLine().split(" ", -1);
    assertThat(words[0]).isEqualTo("http://localhost:" + words[3]);
    assertThat(words[1]).isEqualTo("ws://localhost:" + words[4]);
    assertThat(words[3]).isEqualTo(words[4]);
    assertThat(words[2]).isEqualTo(words[5]);
    assertThat(words[6]).containsOnlyDigits();
    assertThat(command.await()).isZero();
  }

  @Test
  void runsAsAnOrdinaryUser() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can change the user");
    Path open = Files.createTempDirectory("freeport-test");
    try {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
      Path jar = Files.copy(RunningCommand.jar(), open.resolve("freeport.jar"));
      Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
      running =
          RunningCommand.startBy(
              List.of(
                  "setpriv",
                  "--reuid=65534",
                  "--regid=65534",
                  "--clear-groups",
                  "env",
                  "HOME=" + open,
                  "FREEPORT_DIR=" + open.resolve("owners"),
                  RunningCommand.command().get(0),
                  "-XX:-UsePerfData",
                  "-jar",
                  jar.toString(),
                  "run",
                  "--port=web",
                  "--",
                  "sh",
                  "-c",
                  "id -u; echo {web}; read x; exit 3"),
              open);
      assertThat(running.readLine()).isEqualTo("65534");
      int port = Integer.parseInt(running.readLine());
      assertThat(isFree(port)).isFalse();
      running.writeLine("end");
      assertThat(running.await()).isEqualTo(3);
    } finally {
      try (Stream<Path> files = Files.walk(open)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static int readyOn(RunningCommand command) throws IOException {
    String line = command.readLine();
    assertThat(line).as(command.err()).startsWith("ready ");
    return Integer.parseInt(line.substring("ready ".length()));
  }

  private static String get(int port) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static boolean isFree(int port) throws IOException {
    try (SocketChannel socket = SocketChannel.open()) {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, false);
      socket.bind(new InetSocketAddress(port));
      return true;
    } catch (BindException e) {
      return false;
    }
  }

  private static boolean hasEnded(ProcessHandle process) {
    try {
      return HostProcesses.startOf(process.pid()).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void waitUntil(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) { // ended by the test's timeout
      Thread.sleep(10);
    }
  }
}
