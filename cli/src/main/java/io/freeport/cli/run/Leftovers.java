package io.freeport.cli.run;

import io.freeport.internal.os.HostProcesses;
import io.freeport.internal.os.ProcFs;
import io.freeport.internal.text.PrintableText;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The processes that a command has left behind. On Linux they are known by a variable in their
 * environment; elsewhere only the command's descendants are, by a look at them while it runs.
 */
final class Leftovers {

  /** Not one of the names that settings have. */
  static final String VARIABLE = "_FREEPORT_RUN";

  /** For those that are about to end: a second signal makes some programs hurry. */
  private static final Duration ANYWAY = Duration.ofMillis(500);

  private static final Duration AFTER_TERM = Duration.ofSeconds(10);
  private static final Duration AFTER_KILL = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(20);

  private final List<ProcessHandle> ended;
  private final List<ProcessHandle> reported = new ArrayList<>();

  /**
   * Finds those that still run.
   *
   * @param descendants of the command while it ran
   * @param mark the value of the variable
   * @param wholeGroup whether all with the mark that are in the process group of this process count
   *     as descendants
   */
  Leftovers(Collection<ProcessHandle> descendants, String mark, boolean wholeGroup) {
    ended = new ArrayList<>(descendants.stream().filter(Leftovers::isAlive).toList());
    if (ProcFs.isThere()) {
      ProcessHandle.allProcesses()
          .filter(process -> !ended.contains(process))
          .filter(process -> ProcFs.environment(process.pid()).contains(VARIABLE + "=" + mark))
          .forEach(
              process -> (wholeGroup && isOfOurGroup(process) ? ended : reported).add(process));
    }
  }

  private static boolean isOfOurGroup(ProcessHandle process) {
    try {
      return ProcFs.stat("self").group() == ProcFs.stat(Long.toString(process.pid())).group();
    } catch (IOException hasEnded) {
      return false;
    }
  }

  /** A zombie stays listed until its parent asks for its status, in containers possibly never. */
  private static boolean isAlive(ProcessHandle process) {
    try {
      return process.isAlive() && HostProcesses.startOf(process.pid()).isPresent();
    } catch (IOException e) {
      return process.isAlive();
    }
  }

  /**
   * Ends the descendants by TERM or, after 10 s, KILL. The others are named: they have a parent of
   * their own on purpose, as daemons have.
   */
  void end(Consumer<String> report) {
    if (!end(ANYWAY)) {
      ended.forEach(ProcessHandle::destroy);
    }
    if (!end(AFTER_TERM)) {
      for (ProcessHandle process : ended) {
        report.accept(
            name(process)
                + " has not ended "
                + AFTER_TERM.toSeconds()
                + " s after TERM. It is killed.");
        process.destroyForcibly();
      }
    }
    if (!end(AFTER_KILL)) {
      ended.forEach(process -> report.accept(name(process) + " still runs, after KILL."));
    }
    reported.stream()
        .filter(Leftovers::isAlive)
        .forEach(
            process ->
                report.accept(
                    name(process)
                        + " still runs. The command has started it, but it is no child of the command any more. To end it: kill "
                        + process.pid()));
  }

  /** Returns whether all end in time. */
  private boolean end(Duration limit) {
    long start = System.nanoTime();
    ended.removeIf(process -> !isAlive(process));
    while (!ended.isEmpty() && System.nanoTime() - start < limit.toNanos()) {
      LockSupport.parkNanos(POLL.toNanos());
      ended.removeIf(process -> !isAlive(process));
    }
    return ended.isEmpty();
  }

  private static String name(ProcessHandle process) {
    String command = PrintableText.line(ProcFs.command(process.pid()));
    return (command.isEmpty() ? "A process" : command) + " (pid " + process.pid() + ")";
  }
}
