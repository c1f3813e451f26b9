package io.freeport.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What FreePort has set itself.
 *
 * @param what is measured, and against what
 * @param limit what must not be exceeded
 * @param values one value per round, if it was measured
 * @param trials of how many, if it is counted
 */
record Target(
    String what,
    double limit,
    Function<Results, Optional<List<Double>>> values,
    Function<Results, Optional<Double>> trials) {

  /** What came of a target. */
  enum Verdict {
    REACHED("reached"),
    /** The median is above the limit, but by less than the noise. */
    UNDECIDED("not told apart from the target"),
    /** What must not happen did not, in fewer trials than are asked for. */
    TOO_FEW("too few to tell"),
    MISSED("**missed**"),
    NOT_RUN("not run");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private static final String ONE = "latency.one";
  private static final String THREAD = "1 thread";
  private static final double PLAN_BUDGET_MICROS = 100;
  private static final double ENOUGH_TRIALS = 100_000;

  /** All of them, in the order in which they are told. */
  static final List<Target> ALL =
      List.of(
          new Target(
              "allocate and release, against `new ServerSocket(0)` and close",
              1.25,
              measured ->
                  ratios(measured, ONE, THREAD, Peer.FREEPORT.title(), Peer.SERVER_SOCKET.title())),
          new Target("the same, against the fastest peer", 1.0, Target::againstTheFastest),
          new Target(
              "a service of a plan of six, against 0.10 ms",
              0.25,
              measured ->
                  measured
                      .find("latency.plan", Peer.FREEPORT.title(), "six services")
                      .map(
                          series ->
                              scaled(series, 1 / (SixServices.SERVICES * PLAN_BUDGET_MICROS)))),
          new Target(
              "ports lost in the storm, shared mode, of 100 000 cycles or more",
              0,
              measured -> StormPart.lost(measured).map(List::of),
              StormPart::cyclesThatCount),
          new Target(
              "`@FreePort int` against `@TempDir`, per test",
              0.5,
              measured ->
                  ratios(
                      measured,
                      SuitePart.PER_TEST,
                      SuitePart.PER_TEST_SETTING,
                      SuiteVariant.FREEPORT.title(),
                      SuiteVariant.TEMP_DIR.title())),
          new Target(
              "a suite of 1 000 tests, against the same without ports",
              1.02,
              measured ->
                  ratios(
                      measured,
                      SuitePart.TIME,
                      "1 fork",
                      SuiteVariant.FREEPORT.title(),
                      SuiteVariant.PLAIN.title())),
          new Target(
              "a fork of one test with FreePort on the class path, and unused",
              1.03,
              measured ->
                  ratios(
                      measured,
                      SuitePart.FORK,
                      SuitePart.FORK_SETTING,
                      SuitePart.UNUSED,
                      SuitePart.WITHOUT)),
          new Target(
              "start of a container, held port against one that the engine chooses",
              1.02,
              measured ->
                  ratios(
                      measured,
                      ContainerPart.TIME,
                      ContainerPart.SETTING,
                      ContainerPart.HELD,
                      ContainerPart.CHOSEN)),
          new Target(
              "100 stale containers, against `docker rm -f -v` of them",
              1.0,
              measured ->
                  ratios(
                      measured,
                      ReaperPart.TIME,
                      ReaperPart.setting(100, 0),
                      ReaperPart.REAPER,
                      ReaperPart.COMMAND)),
          new Target(
              "start of a container, with a lease against without one",
              1.05,
              measured ->
                  ratios(
                      measured,
                      LeasePart.TIME,
                      LeasePart.SETTING,
                      LeasePart.WITH,
                      LeasePart.WITHOUT)),
          occupancy("one allocation after the other", Peer.FREEPORT.title()),
          occupancy("the first one of an allocator", LatencyPart.FIRST),
          new Target(
              "50 tests that wait for a port for 10 s, in percent of a core",
              1.0,
              measured ->
                  measured
                      .find(ScalePart.WAITING, Peer.FREEPORT.title(), ScalePart.WAITING_SETTING)
                      .map(Series::values)),
          new Target(
              "heap per held port, in KiB",
              2,
              measured ->
                  measured.ofMetric(ScalePart.HEAP).stream()
                      .findFirst()
                      .map(series -> scaled(series, 1 / 1024.0))));

  Target(String what, double limit, Function<Results, Optional<List<Double>>> values) {
    this(what, limit, values, uncounted -> Optional.empty());
  }

  private static Target occupancy(String which, String subject) {
    return new Target(
        "allocation from a range that is 95 % taken, against one that is free: " + which,
        10,
        measured ->
            ratios(
                measured.find("latency.range", subject, "95 % taken"),
                measured.find("latency.range", subject, "0 % taken")));
  }

  /** Returns what all rounds say together, if it was measured. */
  Optional<Spread> spread(Results results) {
    return values.apply(results).map(Spread::of);
  }

  Verdict verdict(Results results) {
    return spread(results).map(spread -> verdict(spread, results)).orElse(Verdict.NOT_RUN);
  }

  private Verdict verdict(Spread spread, Results results) {
    if (spread.low() > limit) {
      return Verdict.MISSED;
    }
    if (spread.median() > limit) {
      return Verdict.UNDECIDED;
    }
    boolean areTooFew = trials.apply(results).filter(count -> count < ENOUGH_TRIALS).isPresent();
    return areTooFew ? Verdict.TOO_FEW : Verdict.REACHED;
  }

  /**
   * Returns by how much a subject differs from another one, round by round. If one of them was
   * measured in fewer rounds, it is by how much their medians differ: those rounds were not the
   * same.
   */
  static Optional<List<Double>> ratios(
      Results results, String metric, String setting, String subject, String base) {
    return ratios(results.find(metric, subject, setting), results.find(metric, base, setting));
  }

  private static Optional<List<Double>> ratios(Optional<Series> one, Optional<Series> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return Optional.empty();
    }
    int rounds = one.get().values().size();
    if (!one.get().isPairedWith(other.get())) {
      return Optional.of(List.of(one.get().spread().median() / other.get().spread().median()));
    }
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      ratios.add(one.get().values().get(round) / other.get().values().get(round));
    }
    return Optional.of(ratios);
  }

  /** Among those that were measured in the same rounds, which are all that come near. */
  private static Optional<List<Double>> againstTheFastest(Results results) {
    Optional<Series> ours = results.find(ONE, Peer.FREEPORT.title(), THREAD);
    return results.ofMetric(ONE).stream()
        .filter(series -> series.setting().equals(THREAD))
        .filter(series -> ours.filter(own -> own.isPairedWith(series)).isPresent())
        .filter(series -> !series.subject().equals(Peer.FREEPORT.title()))
        .filter(series -> !series.subject().equals(Peer.RAW.title()))
        .min(Comparator.comparingDouble(series -> series.spread().median()))
        .flatMap(fastest -> ratios(ours, Optional.of(fastest)));
  }

  private static List<Double> scaled(Series series, double factor) {
    return series.values().stream().map(value -> value * factor).toList();
  }
}
