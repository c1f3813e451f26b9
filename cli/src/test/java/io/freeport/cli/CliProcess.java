package io.freeport.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The packaged command line, run as a process of its own. */
public final class CliProcess implements AutoCloseable {

  /** What a process left. */
  public record Result(int status, String out, String err) {}

  private static final long TIME_LIMIT_SECONDS = 120;

  private final Process process;
  private final CompletableFuture<String> out;
  private final CompletableFuture<String> err;

  private CliProcess(Process process) {
    this.process = process;
    this.out = reading(process.getInputStream());
    this.err = reading(process.getErrorStream());
  }

  /** Runs a command to its end. */
  public static Result run(String... args) throws IOException, InterruptedException {
    return run(Map.of(), Path.of("."), args);
  }

  public static Result run(Map<String, String> environment, Path directory, String... args)
      throws IOException, InterruptedException {
    try (CliProcess process = start(environment, directory, args)) {
      process.process.getOutputStream().close();
      return process.await();
    }
  }

  static CliProcess start(Map<String, String> environment, Path directory, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(command());
    command.addAll(List.of(args));
    return start(command, environment, directory);
  }

  /** Starts any command with the environment in which the command line runs in tests. */
  public static CliProcess start(
      List<String> command, Map<String, String> environment, Path directory) throws IOException {
    return new CliProcess(builder(command, environment, directory).start());
  }

  /** For those who read the output themselves. */
  static ProcessBuilder builder(
      List<String> command, Map<String, String> environment, Path directory) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    // Of the JVM that runs the tests, and with its archive of classes in the build folder.
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("XDG_CACHE_HOME", jar().resolveSibling("cache").toString());
    builder.environment().putAll(environment);
    return builder;
  }

  /** How the command line is called, without arguments. */
  public static List<String> command() {
    return List.of(jar().resolveSibling("freeport").toString());
  }

  /** The packaged command line; the start script is beside it. */
  static Path jar() {
    return Path.of(System.getProperty("cli.jar"));
  }

  Process process() {
    return process;
  }

  public Result await() throws InterruptedException {
    if (!process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("Still running: " + out.join() + err.join());
    }
    return new Result(process.exitValue(), out.join(), err.join());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** In a thread of its own: a common pool of one thread would leave a pipe to fill up. */
  private static CompletableFuture<String> reading(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> readAll(stream),
        task -> {
          Thread thread = new Thread(task, "cli-output");
          thread.setDaemon(true);
          thread.start();
        });
  }

  private static String readAll(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
