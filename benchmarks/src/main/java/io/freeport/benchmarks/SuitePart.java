package io.freeport.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What ports cost a test suite: per test, in a suite of 1 000 tests, and if they are not used. */
final class SuitePart implements Part {

  static final String TIME = "suite.time";
  static final String LOST = "suite.lost";
  static final String SUREFIRE = "suite.surefire";
  static final String PER_TEST = "suite.per-test";
  static final String FORK = "suite.fork";
  static final String PER_TEST_SETTING = "beyond an empty test";
  static final String FORK_SETTING = "one test";
  static final String UNUSED = "FreePort on the class path, behind JUnit";
  static final String IN_FRONT = "FreePort in front of JUnit";
  static final String WITHOUT = "without FreePort";

  private record Run(Suite suite, int forks) {}

  @Override
  public String name() {
    return "suite";
  }

  @Override
  public void run(Bench bench, Results results) throws Exception {
    Effort effort = bench.effort();
    perTest(bench, results);
    fork(bench, results);

    int classes = effort.of(20, 20, 2);
    int perClass = effort.of(50, 50, 1);
    List<SuiteVariant> variants =
        effort == Effort.SMOKE
            ? List.of(SuiteVariant.PLAIN, SuiteVariant.FREEPORT, SuiteVariant.SERVER_SOCKET)
            : Arrays.stream(SuiteVariant.values())
                // A suite of 1 000 tests would sleep for more than four minutes.
                .filter(variant -> variant != SuiteVariant.MOCK_SERVER)
                .toList();
    int tests = classes * perClass;
    List<Run> inOneFork = new ArrayList<>();
    List<Run> inTwoForks = new ArrayList<>();
    for (SuiteVariant variant : variants) {
      Suite suite = Suite.generate(bench, variant, classes, perClass);
      inOneFork.add(new Run(suite, 1));
      if (effort == Effort.FULL || !variant.letsGo()) {
        inTwoForks.add(new Run(suite, 2));
      }
    }
    // A quick run judges FreePort's suite only, so others are in its first round to be seen.
    Turns.Turn<Run> turn =
        (run, round) -> {
          if (effort == Effort.FULL || round == 0 || !run.suite().variant().letsGo()) {
            measure(run, tests, results);
          }
        };
    Turns.take(effort.of(9, 5, 1), inOneFork, turn);
    Turns.take(effort.of(4, 2, 1), inTwoForks, turn);
    if (effort == Effort.FULL) {
      List<Run> all = Stream.concat(inOneFork.stream(), inTwoForks.stream()).toList();
      List<Run> withoutPeers = all.stream().filter(run -> !run.suite().variant().letsGo()).toList();
      Turns.take(3, withoutPeers, (run, round) -> surefire(run, tests, results));
    }
  }

  private static void measure(Run run, int tests, Results results) throws Exception {
    SuiteVariant variant = run.suite().variant();
    Suite.Run outcome = run.suite().run(run.forks(), tests);
    if (outcome.lost() > 0 && !variant.letsGo()) {
      throw new IOException(
          variant.title() + ": " + outcome.lost() + " tests could not have their port");
    }
    double seconds = outcome.nanos() / (double) TimeUnit.SECONDS.toNanos(1);
    results.add(TIME, variant.title(), setting(run.forks()), "s", seconds);
    results.add(LOST, variant.title(), setting(run.forks()), "", outcome.lost());
  }

  private static void surefire(Run run, int tests, Results results) throws Exception {
    Optional<Long> nanos = run.suite().surefire(run.forks()).run(tests);
    if (nanos.isPresent()) {
      results.add(
          SUREFIRE,
          run.suite().variant().title(),
          setting(run.forks()),
          "s",
          nanos.get() / (double) TimeUnit.SECONDS.toNanos(1));
    }
  }

  private static String setting(int forks) {
    return forks == 1 ? "1 fork" : forks + " forks";
  }

  private static void fork(Bench bench, Results results) throws Exception {
    Suite one = Suite.generate(bench, SuiteVariant.PLAIN, 1, 1);
    Turns.take(
        bench.effort().of(40, 30, 1),
        List.of(WITHOUT, UNUSED, IN_FRONT),
        (subject, round) -> {
          List<SuiteVariant> order =
              switch (subject) {
                case UNUSED -> List.of(SuiteVariant.PLAIN, SuiteVariant.FREEPORT);
                case IN_FRONT -> List.of(SuiteVariant.FREEPORT, SuiteVariant.PLAIN);
                default -> List.of(SuiteVariant.PLAIN);
              };
          double millis = one.run(1, 1, order).nanos() / (double) TimeUnit.MILLISECONDS.toNanos(1);
          results.add(FORK, subject, FORK_SETTING, "ms", millis);
        });
  }

  private static void perTest(Bench bench, Results results) throws Exception {
    // Without Testcontainers, or each JVM would look for an engine.
    List<String> command =
        bench.java("-cp", Suite.classPath(bench, List.of(SuiteVariant.FREEPORT)));
    command.add(PerTest.class.getName());
    command.add("" + bench.effort().of(40, 30, 1));
    for (String line : Processes.run(command)) {
      String[] words = line.split(" ", -1);
      double plain = Double.parseDouble(words[0]);
      double folder = Double.parseDouble(words[1]) - plain;
      double port = Double.parseDouble(words[2]) - plain;
      if (folder > 0 && port > 0) { // else there was more noise than there is to measure
        add(results, SuiteVariant.TEMP_DIR, folder);
        add(results, SuiteVariant.FREEPORT, port);
      }
    }
  }

  private static void add(Results results, SuiteVariant variant, double nanos) {
    results.add(
        PER_TEST,
        variant.title(),
        PER_TEST_SETTING,
        "µs",
        nanos / TimeUnit.MICROSECONDS.toNanos(1));
  }
}
