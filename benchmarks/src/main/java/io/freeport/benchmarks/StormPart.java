package io.freeport.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** How many ports are lost, and how many given out twice, where others are after them. */
final class StormPart implements Part {

  static final String CYCLES = "storm.cycles";
  static final String LOST = "storm.lost";
  static final String DUPLICATES = "storm.duplicates";
  static final String TIME = "storm.time";

  /** A command of a shell that sets up a network of its own; where it may not, ours is used. */
  private static final List<String> ISOLATED =
      List.of(
          "unshare",
          "--map-root-user",
          "--net",
          "sh",
          "-c",
          "ip link set lo up && exec \"$@\"",
          "sh");

  @Override
  public String name() {
    return "storm";
  }

  @Override
  public void run(Bench bench, Results results) throws Exception {
    List<String> prefix = isolation();
    results.note(
        "Storm",
        prefix.isEmpty() ? "in the machine's network" : "in a network namespace of its own");
    Effort effort = bench.effort();
    int seconds = effort.of(10, 3, 1);
    int ofOthers = effort.of(300, 50, 2);
    List<Adversary.Way> ways =
        effort == Effort.SMOKE ? List.of(Adversary.Way.ANY) : List.of(Adversary.Way.values());
    Optional<NodePackage> node = Optional.empty();
    if (effort != Effort.SMOKE) {
      node = NodePackage.install(bench.work(), NodePackage.PACKAGE);
      results.note(
          "get-port", node.isPresent() ? NodePackage.VERSION : "not run: npm could not install it");
    }
    for (Adversary.Way way : ways) {
      for (Peer peer : effort == Effort.SMOKE ? List.of(Peer.FREEPORT) : Peer.all()) {
        boolean isOurs = peer == Peer.FREEPORT;
        List<String> command = bench.java("-cp", bench.wholeClassPath());
        command.addAll(
            List.of(
                Cycles.class.getName(),
                peer.name(),
                "" + Storm.THREADS,
                "" + (isOurs ? effort.of(1_600, 250, 2) : ofOthers),
                "" + (isOurs ? TimeUnit.MINUTES.toSeconds(10) : seconds)));
        storm(bench, results, prefix, peer.title(), way, peer.first(), peer.last(), command);
      }
      if (node.isPresent()) {
        storm(
            bench,
            results,
            prefix,
            NodePackage.TITLE,
            way,
            Peer.SERVER_SOCKET.first(),
            Peer.SERVER_SOCKET.last(),
            node.get().cycles(Storm.THREADS, ofOthers, seconds));
      }
    }
  }

  private static void storm(
      Bench bench,
      Results results,
      List<String> prefix,
      String subject,
      Adversary.Way way,
      int first,
      int last,
      List<String> process)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(bench.java("-cp", bench.wholeClassPath()));
    command.addAll(List.of(Storm.class.getName(), way.name(), "" + first, "" + last));
    command.addAll(process);
    List<String> lines = Processes.run(command);
    String[] words = lines.get(lines.size() - 1).split(" ", -1);
    double cycles = Double.parseDouble(words[0]);
    results.add(CYCLES, subject, way.title(), "", cycles);
    results.add(LOST, subject, way.title(), "", Double.parseDouble(words[1]));
    results.add(DUPLICATES, subject, way.title(), "", Double.parseDouble(words[2]));
    double millis = Double.parseDouble(words[3]) / TimeUnit.MILLISECONDS.toNanos(1);
    results.add(TIME, subject, way.title(), "ms", millis / Math.max(1, cycles));
  }

  /** Returns what is known of a metric, of FreePort and one way after the other. */
  static List<Double> ofFreePort(Results results, String metric) {
    return Stream.of(Adversary.Way.values())
        .flatMap(way -> results.find(metric, Peer.FREEPORT.title(), way.title()).stream())
        .map(Series::sum)
        .toList();
  }

  private static List<String> isolation() throws InterruptedException {
    try {
      List<String> probe = new ArrayList<>(ISOLATED);
      probe.add("true");
      Process process =
          new ProcessBuilder(probe)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0 ? ISOLATED : List.of();
    } catch (IOException noSuchCommand) {
      return List.of();
    }
  }
}
