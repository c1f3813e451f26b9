package io.freeport.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Processes that are started together, and end with this. */
final class Processes implements AutoCloseable {

  private final List<Process> started = new ArrayList<>();

  /** Starts one whose output is read by the caller, and whose errors are shown. */
  Process start(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    started.add(process);
    return process;
  }

  /** Starts one and waits until it has printed a line. */
  void startAndAwaitLine(List<String> command) throws IOException {
    BufferedReader output = start(command).inputReader();
    if (output.readLine() == null) {
      throw new IOException(words(command) + " ended before it was ready");
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
