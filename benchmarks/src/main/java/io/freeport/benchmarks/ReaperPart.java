package io.freeport.benchmarks;

import io.freeport.docker.reaper.ReapReport;
import io.freeport.docker.reaper.Reaper;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How long it takes to remove what a dead test run left, beside the command line that is told the
 * ids. With nothing to remove, that command line lists the containers.
 */
final class ReaperPart implements Part {

  static final String TIME = "reaper.time";
  static final String REAPER = "reaper";
  static final String COMMAND = "docker rm -f -v";

  private static final int LONGEST_RETRY = 2;

  @Override
  public String name() {
    return "reaper";
  }

  @Override
  public Optional<String> obstacle() {
    return Docker.obstacle();
  }

  static String setting(int stale, int living) {
    return stale + " stale, " + living + " living";
  }

  @Override
  public void run(Bench bench, Results results) throws Exception {
    results.note("Docker engine", Docker.version());
    Effort effort = bench.effort();
    reap(); // what others left, and to have everything loaded
    for (int living : effort == Effort.FULL ? new int[] {0, 100} : new int[] {0}) {
      List<String> ids = Docker.start(living, Reaper.labels());
      try {
        measure(results, 0, living, effort.of(20, 10, 1));
        measure(results, 1, living, effort.of(6, 4, 1));
        measure(results, 10, living, effort.of(4, 2, 0));
        measure(results, 100, living, effort.of(living == 0 ? 5 : 2, 2, 0));
      } finally {
        Docker.remove(ids);
      }
    }
  }

  private static void measure(Results results, int stale, int living, int rounds) throws Exception {
    Turns.take(
        rounds,
        List.of(REAPER, COMMAND),
        (subject, round) -> {
          double millis = time(subject, stale);
          for (int again = 0; millis < 0 && again < LONGEST_RETRY; again++) {
            millis = time(subject, stale);
          }
          if (millis < 0) {
            throw new IllegalStateException("Somebody else removes the stale containers");
          }
          results.add(TIME, subject, setting(stale, living), "ms", millis);
        });
  }

  /** Returns the milliseconds; negative if another test run of this machine was faster. */
  private static double time(String subject, int stale) throws Exception {
    List<String> ids = Docker.start(stale, Docker.labelsOfADeadJvm());
    long start = System.nanoTime();
    boolean complete = true;
    if (subject.equals(REAPER)) {
      complete = reap().removed().size() >= stale;
    } else if (stale == 0) {
      Processes.run(List.of("docker", "ps", "-aq", "--filter", "label=io.freeport.owner"));
    } else {
      Docker.remove(ids);
    }
    double millis = (System.nanoTime() - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    return complete ? millis : -1;
  }

  private static ReapReport reap() {
    ReapReport report = Reaper.create().timeLimit(Duration.ofMinutes(5)).reap();
    report
        .problem()
        .ifPresent(
            problem -> {
              throw new IllegalStateException(problem);
            });
    return report;
  }
}
