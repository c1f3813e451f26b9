package io.freeport.benchmarks;

import io.freeport.HandoffMode;
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

  /** Under which the results have how FreePort hands ports over, as a {@link HandoffMode}. */
  static final String HANDOFF = "FreePort's handoff in the storm";

  static final String ISOLATION = "in a network namespace of its own";

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
    results.note("Storm", prefix.isEmpty() ? "in the machine's network" : ISOLATION);
    Effort effort = bench.effort();
    int seconds = effort.of(10, 3, 1);
    int ofOthers = effort.of(300, 50, 2);
    // A smoke run is a part of a build, beside which others may run.
    boolean isHarmless = effort != Effort.SMOKE || !prefix.isEmpty();
    List<Adversary.Way> ways =
        isHarmless ? List.of(Adversary.Way.values()) : List.of(Adversary.Way.ANY);
    Optional<NodePackage> node = Optional.empty();
    if (effort != Effort.SMOKE) {
      node = NodePackage.install(bench.work(), NodePackage.PACKAGE);
      results.note(
          "get-port", node.isPresent() ? NodePackage.VERSION : "not run: npm could not install it");
    }
    for (Adversary.Way way : ways) {
      for (Peer peer : peers(effort)) {
        boolean isOurs = peer == Peer.FREEPORT;
        boolean isLong = isOurs || peer == Peer.CONTROL; // which loses little, but must lose
        List<String> command = bench.java("-cp", bench.wholeClassPath());
        command.addAll(
            List.of(
                Cycles.class.getName(),
                peer.name(),
                "" + Storm.THREADS,
                "" + (isLong ? effort.of(1_600, 250, 2) : ofOthers),
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

  private static List<Peer> peers(Effort effort) {
    if (effort == Effort.SMOKE) {
      return List.of(Peer.FREEPORT, Peer.SERVER_SOCKET);
    }
    List<Peer> peers = new ArrayList<>(Peer.all());
    peers.add(Peer.CONTROL);
    return peers;
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
    results.note(HANDOFF, words[4]);
  }

  /**
   * Returns how many ports FreePort lost where it does not let go of them, or none if it does, or
   * if it has not met each adversary.
   */
  static Optional<Double> lost(Results results) {
    boolean metAll =
        Stream.of(Adversary.Way.values()).allMatch(way -> ofFreePort(results, CYCLES, way) > 0);
    return metAll && HandoffMode.SHARED.name().equals(results.machine().get(HANDOFF))
        ? Optional.of(
            Stream.of(Adversary.Way.values())
                .mapToDouble(way -> ofFreePort(results, LOST, way))
                .sum())
        : Optional.empty();
  }

  /** Returns in how many cycles FreePort met an adversary to whom anybody lost a port. */
  static Optional<Double> cyclesThatCount(Results results) {
    return Optional.of(
        Stream.of(Adversary.Way.values())
            .filter(way -> somebodyElseLost(results, way))
            .mapToDouble(way -> ofFreePort(results, CYCLES, way))
            .sum());
  }

  private static double ofFreePort(Results results, String metric, Adversary.Way way) {
    return results.find(metric, Peer.FREEPORT.title(), way.title()).map(Series::sum).orElse(0.0);
  }

  private static boolean somebodyElseLost(Results results, Adversary.Way way) {
    return results.ofMetric(LOST).stream()
        .filter(series -> series.setting().equals(way.title()))
        .anyMatch(series -> !series.subject().equals(Peer.FREEPORT.title()) && series.sum() > 0);
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
