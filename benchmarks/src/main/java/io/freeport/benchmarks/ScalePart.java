package io.freeport.benchmarks;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What many ports, and many JVMs, cost. */
final class ScalePart implements Part {

  static final String HEAP = "scale.heap";
  static final String DESCRIPTORS = "scale.descriptors";
  static final String GROWTH = "scale.growth";
  static final String OWNERS = "scale.owners";
  static final String WAITING = "scale.waiting";
  static final String WAITING_SETTING = "50 tests";

  private static final int TESTS = 50;

  @Override
  public String name() {
    return "scale";
  }

  @Override
  public void run(Bench bench, Results results) throws Exception {
    Effort effort = bench.effort();
    int ports = effort.of(10_000, 10_000, 100);
    for (int round = 0; round < effort.of(5, 3, 1); round++) {
      List<String> command = bench.java("-XX:+UseSerialGC", "-cp", bench.wholeClassPath());
      command.addAll(List.of(ManyHolds.class.getName(), "" + ports));
      for (String line : Processes.run(command)) {
        String[] words = line.split(" ", -1);
        double value = Double.parseDouble(words[1]);
        switch (words[0]) {
          case "heap" -> results.add(HEAP, Peer.FREEPORT.title(), ports + " ports", "bytes", value);
          case "descriptors" ->
              results.add(DESCRIPTORS, Peer.FREEPORT.title(), ports + " ports", "", value);
          default ->
              results.add(
                  GROWTH,
                  Peer.FREEPORT.title(),
                  words[0],
                  "µs",
                  value / TimeUnit.MICROSECONDS.toNanos(1));
        }
      }
    }
    waiting(bench, results);
    owners(bench, results);
  }

  /** Without the module for Docker, which looks whether a leftover has the port. */
  private static void waiting(Bench bench, Results results) throws Exception {
    String classPath =
        String.join(File.pathSeparator, bench.entries(entry -> !entry.contains("docker")));
    for (int round = 0; round < bench.effort().of(6, 3, 1); round++) {
      List<String> command = bench.java("-cp", classPath);
      String seconds = "" + bench.effort().of(10, 10, 1);
      command.addAll(List.of(ManyWaiting.class.getName(), "" + TESTS, seconds));
      double percent = Double.parseDouble(Processes.run(command).get(0));
      results.add(WAITING, Peer.FREEPORT.title(), WAITING_SETTING, "% of a core", percent);
    }
  }

  private static void owners(Bench bench, Results results) throws Exception {
    int many = bench.effort().of(1_000, 1_000, 10);
    List<Integer> settings = List.of(0, many);
    for (int others : settings) {
      List<String> options = new ArrayList<>(bench.java());
      Path directory = bench.work().resolve("owners-" + others);
      options.add("-Dfreeport.dir=" + directory);
      options.addAll(List.of("-cp", bench.wholeClassPath()));
      try (Processes processes = new Processes()) {
        List<String> crowd = new ArrayList<>(options);
        crowd.addAll(List.of(RegistryScale.class.getName(), "own", "" + others, "" + directory));
        processes.startAndAwaitLine(crowd);
        for (int round = 0; round < bench.effort().of(10, 5, 1); round++) {
          List<String> newcomer = new ArrayList<>(options);
          newcomer.addAll(
              List.of(RegistryScale.class.getName(), "look", "" + others, "" + directory));
          for (String line : Processes.run(newcomer)) {
            String[] words = line.split(" ", 2);
            results.add(
                OWNERS,
                words[1],
                others + " other JVMs",
                "µs",
                Double.parseDouble(words[0]) / TimeUnit.MICROSECONDS.toNanos(1));
          }
        }
        processes.requireAllStillRun();
      }
    }
  }
}
