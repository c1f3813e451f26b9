package io.freeport.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Processes that are started together, and end with this. */
final class Processes implements AutoCloseable {

  private final List<Process> started = new ArrayList<>();
  private final Map<Process, List<String>> inTheBackground = new LinkedHashMap<>();

  /** Starts one whose output is read by the caller, and whose errors are shown. */
  Process start(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    started.add(process);
    return process;
  }

  /** Starts one that goes on until this is closed, and waits until it has printed a line. */
  Process startAndAwaitLine(List<String> command) throws IOException {
    Process process = start(command);
    if (process.inputReader().readLine() == null) {
      throw new IOException(words(command) + " ended before it was ready");
    }
    inTheBackground.put(process, command);
    return process;
  }

  /**
   * Returns normally if those that were to go on have done so until now.
   *
   * @throws IOException if one has ended: what was measured beside it means nothing
   */
  void requireAllStillRun() throws IOException {
    for (Map.Entry<Process, List<String>> one : inTheBackground.entrySet()) {
      if (!one.getKey().isAlive()) {
        throw new IOException(
            failure(one.getKey().exitValue(), one.getValue())
                + ", while it was needed, so what was measured beside it does not count");
      }
    }
  }

  /** Runs one to its end, and returns what it prints. */
  static List<String> run(List<String> command) throws IOException, InterruptedException {
    try (Processes processes = new Processes()) {
      Process process = processes.start(command);
      process.getOutputStream().close();
      List<String> lines = process.inputReader().lines().toList();
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException(failure(code, command));
      }
      return lines;
    }
  }

  /** Returns what to say of a process that ended in a way that it should not have. */
  static String failure(int code, List<String> command) {
    return words(command) + " ended with " + code + ", see above";
  }

  /** Nobody wants to read where on a machine what is. */
  private static String words(List<String> command) {
    return command.stream()
        .filter(word -> word.indexOf('/') < 0 && word.indexOf('\\') < 0 && !word.startsWith("-"))
        .collect(Collectors.joining(" "));
  }

  @Override
  public void close() {
    started.forEach(Process::destroyForcibly);
    started.forEach(process -> process.onExit().join());
  }
}
