package io.freeport.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The packaged command line as a process that is spoken to while it runs. All processes that come
 * from it carry a variable by which {@link #left()} knows them, whoever is their parent by then.
 */
final class RunningCommand implements AutoCloseable {

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private static final long TIME_LIMIT_SECONDS = 60;

  private final String trace = "TEST_TRACE=" + UUID.randomUUID();
  private final Process process;
  private final BufferedReader out;
  private final PrintStream in;
  private final Path err;

  private RunningCommand(List<String> command, Path directory, Map<String, String> environment)
      throws IOException {
    err = Files.createTempFile("freeport-test", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    String[] variable = trace.split("=", 2);
    builder.environment().put(variable[0], variable[1]);
    process = builder.start();
    out = process.inputReader(UTF_8);
    in = new PrintStream(process.getOutputStream(), true, UTF_8);
  }

  static RunningCommand start(Path directory, Map<String, String> environment, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(command());
    command.addAll(List.of(args));
    return new RunningCommand(command, directory, environment);
  }

  static RunningCommand start(String... args) throws IOException {
    return start(Path.of("."), Map.of(), args);
  }

  /** How the command line is called without its start script. */
  static List<String> command() {
    return List.of(
        JAVA,
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData", // which stay in a folder for temporary files
        "-jar",
        jar().toString());
  }

  static Path jar() {
    return Path.of(System.getProperty("cli.jar"));
  }

  /** Starts another command, which starts the command line in some way. */
  static RunningCommand startBy(List<String> command, Path directory) throws IOException {
    return new RunningCommand(command, directory, Map.of());
  }

  /** Returns how a class of these tests is run as a process of its own. */
  static String[] java(String... runArguments) {
    List<String> command = new ArrayList<>(List.of(runArguments));
    int separator = command.indexOf("--") + 1;
    command.addAll(
        separator,
        List.of(
            JAVA,
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            new File(TestServer.class.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString()));
    return command.toArray(String[]::new);
  }

  String readLine() throws IOException {
    return out.readLine();
  }

  void writeLine(String line) {
    in.println(line);
  }

  void write(String text) {
    in.print(text);
    in.flush();
  }

  void closeInput() {
    in.close();
  }

  /**
   * Skips a test where a signal would have no effect: what a process ignores, as below {@code
   * nohup} or in the background of a script, those that it starts ignore too.
   */
  static void assumeNotIgnored(String signal) throws IOException {
    long mask =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16))
            .findFirst()
            .orElse(0L);
    int number = Map.of("HUP", 1, "INT", 2, "TERM", 15).getOrDefault(signal, 0);
    assumeTrue((mask >> (number - 1) & 1) == 0, signal + " is ignored here, and by the command");
  }

  void signal(String name) throws IOException, InterruptedException {
    signal(name, process.toHandle());
  }

  static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).start().waitFor();
  }

  /**
   * Returns the process with these arguments that this one, or one of its children, has started.
   */
  ProcessHandle descendant(String... arguments) {
    return process
        .descendants()
        .filter(other -> Arrays.equals(other.info().arguments().orElse(new String[0]), arguments))
        .findFirst()
        .orElseThrow();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int await() throws InterruptedException {
    if (!process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("Still running: " + err());
    }
    return process.exitValue();
  }

  String err() {
    try {
      return Files.readString(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what still runs, once nothing does, or after a time that should have been enough. */
  List<String> left() throws InterruptedException {
    long start = System.nanoTime();
    List<String> alive = alive();
    while (!alive.isEmpty()
        && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(TIME_LIMIT_SECONDS / 4)) {
      TimeUnit.MILLISECONDS.sleep(20);
      alive = alive();
    }
    return alive;
  }

  /** Returns what still runs now. */
  List<String> alive() {
    return ProcessHandle.allProcesses()
        .filter(other -> environment(other).contains(trace))
        .map(other -> other.pid() + " " + other.info().commandLine().orElse(""))
        .toList();
  }

  private static List<String> environment(ProcessHandle process) {
    try {
      return List.of(
          new String(
                  Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ")),
                  UTF_8)
              .split("\0", -1));
    } catch (IOException endedOrAnotherUsers) {
      return List.of();
    }
  }

  @Override
  public void close() throws IOException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try (Stream<String> unused = out.lines()) {
      Files.deleteIfExists(err);
    }
  }
}
