package io.freeport.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Another JVM with the class path of this one. It is spoken to line by line; what it writes to its
 * standard error goes to ours. Closing it kills it with SIGKILL, if it still runs.
 */
public final class ChildJvm implements AutoCloseable {

  private static final int LONGEST_LIFE_MINUTES = 10;

  private static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwxr-xr-x");

  private final Process process;
  private final BufferedReader output;
  private final PrintStream input;

  private ChildJvm(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
    // Whoever reads from a child that hangs would hang with it.
    CompletableFuture.delayedExecutor(LONGEST_LIFE_MINUTES, TimeUnit.MINUTES)
        .execute(process::destroyForcibly);
    this.input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  public static ChildJvm start(Class<?> main, Object... arguments) throws IOException {
    return start(Map.of(), List.of(), main, arguments);
  }

  public static ChildJvm start(
      Map<String, String> environment, List<String> jvmOptions, Class<?> main, Object... arguments)
      throws IOException {
    return start(environment, List.of(), jvmOptions, classPath(), main, arguments);
  }

  /**
   * Starts it by another command, such as one that changes the user, and with another class path.
   */
  public static ChildJvm start(
      Map<String, String> environment,
      List<String> launcher,
      List<String> jvmOptions,
      String classPath,
      Class<?> main,
      Object... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(launcher);
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(classPath);
    command.add(main.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    return new ChildJvm(builder.start());
  }

  /** Returns the class path of this JVM. */
  public static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Copies the class path of this JVM for another user, to whom the original need not be open. */
  public static String copyOfClassPath(Path target) throws IOException {
    Files.setPosixFilePermissions(target, OPEN);
    List<String> copies = new ArrayList<>();
    for (String entry : classPath().split(Pattern.quote(File.pathSeparator), -1)) {
      Path source = Path.of(entry);
      if (Files.exists(source)) {
        Path copy = target.resolve(copies.size() + "-" + source.getFileName());
        copy(source, copy);
        copies.add(copy.toString());
      }
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path copy = target.resolve(source.relativize(file).toString());
        Files.copy(file, copy);
        Files.setPosixFilePermissions(copy, OPEN);
      }
    }
  }

  public long pid() {
    return process.pid();
  }

  /** Returns the next line that the child prints; fails if it ends without one. */
  public String readLine() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("The child JVM ended without printing another line: " + process);
    }
    return line;
  }

  /** Returns the next line that matches a regular expression as a whole, and skips the others. */
  public String readLineLike(String pattern) throws IOException {
    String line = readLine();
    while (!line.matches(pattern)) {
      line = readLine();
    }
    return line;
  }

  /** Returns all that the child still prints until it ends. */
  public List<String> readToEnd() {
    return output.lines().toList();
  }

  public void send(String line) {
    input.println(line);
  }

  /** Sends SIGKILL and waits until the process is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Waits for the child's own end and returns its exit status. */
  public int waitFor() throws InterruptedException {
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      throw new IllegalStateException("Still running after 5 minutes: " + process);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
