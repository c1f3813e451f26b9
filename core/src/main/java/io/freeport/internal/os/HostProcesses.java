package io.freeport.internal.os;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The processes that this process can see, each with its start. */
public final class HostProcesses {

  /** Linux shows no option for hidepid=0, and names for the others since 5.8. */
  private static final Pattern HIDEPID = Pattern.compile("[ ,]hidepid=(?!(0|off)(,|$))");

  private HostProcesses() {}

  /**
   * Returns when this process started.
   *
   * @throws IOException if that cannot be told
   */
  public static long startOfThis() throws IOException {
    // By "self", which is this process also if /proc shows another pid namespace.
    return ProcFs.isThere()
        ? ProcFs.stat("self").start()
        : startOf(ProcessHandle.current().pid())
            .orElseThrow(() -> new IOException("this process is not among those that run"));
  }

  /**
   * Returns when a process started, or nothing if there is no such process. On Linux the unit is
   * clock ticks since the boot: {@link ProcessHandle} computes from the wall clock, which may be
   * set while processes run.
   *
   * @throws IOException if that cannot be told, for example because too many files are open
   */
  public static OptionalLong startOf(long pid) throws IOException {
    if (ProcFs.isThere()) {
      requireOurNamespace();
      String process = Long.toString(pid);
      try {
        ProcFs.Stat stat = ProcFs.stat(process);
        return stat.isEnded() ? OptionalLong.empty() : OptionalLong.of(stat.start());
      } catch (IOException e) {
        // With hidepid, /proc does not show the processes of others, among them that of pid 1,
        // unless that is ours, as in a container.
        if (Files.notExists(ProcFs.path(process))
            && Files.exists(ProcFs.path("1"))
            && !hides(Files.readAllLines(ProcFs.path("self/mountinfo")))) {
          return OptionalLong.empty();
        }
        throw e;
      }
    }
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isEmpty()) {
      return OptionalLong.empty();
    }
    Optional<Instant> start = process.get().info().startInstant();
    return OptionalLong.of(
        start
            .orElseThrow(() -> new IOException("when process " + pid + " started is not shown"))
            .toEpochMilli());
  }

  /**
   * Returns whether /proc may hide processes.
   *
   * @param mountinfo see proc(5); the options of the file system come last
   */
  static boolean hides(List<String> mountinfo) {
    for (String mount : mountinfo) {
      if (mount.contains(" /proc ") && HIDEPID.matcher(mount).find()) {
        return true;
      }
    }
    return false;
  }

  /** In a new pid namespace, /proc shows the old one until it is mounted anew. */
  private static void requireOurNamespace() throws IOException {
    String self = Files.readSymbolicLink(ProcFs.path("self")).toString();
    if (!self.equals(Long.toString(ProcessHandle.current().pid()))) {
      throw new IOException(
          "/proc is of another pid namespace: this process is " + self + " there");
    }
  }
}
