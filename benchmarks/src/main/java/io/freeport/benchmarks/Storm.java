package io.freeport.benchmarks;

import io.freeport.HandoffMode;
import io.freeport.PortAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Several processes with several threads each take ports and listen on them, while adversaries take
 * whatever they get. A process by itself, so that all of this can be in a network namespace of its
 * own, where nobody else is harmed and nobody else harms.
 */
final class Storm {

  static final int PROCESSES = 4;
  static final int THREADS = 4;

  private Storm() {}

  /**
   * The arguments are the adversary, the first and the last port it goes for, and the command of
   * one process that prints {@link Use}s. Prints how many cycles there were, how many ports were
   * lost, how many were given out twice, how many nanoseconds it took from the first to the last
   * one, and how a JVM that is started like this one hands ports over.
   */
  public static void main(String[] args) throws Exception {
    Adversary.Way way = Adversary.Way.valueOf(args[0]);
    List<String> command = List.of(args).subList(3, args.length);
    try (Processes processes = new Processes()) {
      for (List<String> adversary : adversaries(way, args[1], args[2])) {
        processes.startAndAwaitLine(adversary);
      }
      List<Process> children = new ArrayList<>();
      for (int i = 0; i < PROCESSES; i++) {
        children.add(processes.start(command));
      }
      List<Use> uses = new ArrayList<>();
      for (Process child : children) {
        uses.addAll(child.inputReader().lines().map(Use::parse).toList());
      }
      for (Process child : children) {
        if (child.waitFor() != 0) {
          throw new IOException(Processes.failure(child.exitValue(), command));
        }
      }
      processes.requireAllStillRun();
      long lost = uses.stream().filter(Use::lost).count();
      long took =
          uses.stream().mapToLong(Use::to).max().orElseThrow()
              - uses.stream().mapToLong(Use::from).min().orElseThrow();
      System.out.println(
          uses.size() + " " + lost + " " + Use.duplicates(uses) + " " + took + " " + handoff());
    }
  }

  private static HandoffMode handoff() {
    try (PortAllocator allocator = PortAllocator.create()) {
      return allocator.handoffMode();
    }
  }

  static List<List<String>> adversaries(Adversary.Way way, String first, String last) {
    if (way != Adversary.Way.CROWD) {
      return List.of(adversary(way, first, last));
    }
    List<List<String>> crowd = new ArrayList<>();
    int from = Integer.parseInt(first);
    int all = Integer.parseInt(last) - from + 1;
    for (int i = 0; i < Adversary.CROWD; i++) {
      crowd.add(
          adversary(
              way,
              "" + (from + i * all / Adversary.CROWD),
              "" + (from + (i + 1) * all / Adversary.CROWD - 1)));
    }
    return crowd;
  }

  private static List<String> adversary(Adversary.Way way, String first, String last) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xlog:disable",
        "-Xlog:all=warning:stderr",
        "-cp",
        System.getProperty("java.class.path"),
        Adversary.class.getName(),
        way.name(),
        first,
        last);
  }
}
