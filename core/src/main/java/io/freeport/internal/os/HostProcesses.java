package io.freeport.internal.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The processes that this one can see, each with its start. */
public final class HostProcesses {

  private static final Path PROC = Path.of("/proc");

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
    return Files.exists(PROC.resolve("self/stat"))
        ? startIn(fieldsOf(PROC.resolve("self/stat")))
        : startOf(ProcessHandle.current().pid())
            .orElseThrow(() -> new IOException("this process is not among those that run"));
  }

  /**
   * Returns when a process started, or nothing if there is no such process. On Linux in clock ticks
   * since the boot, since the wall clock, from which {@link ProcessHandle} computes, may be set
   * while processes run.
   *
   * @throws IOException if that cannot be told, for one if too many files are open
   */
  public static OptionalLong startOf(long pid) throws IOException {
    if (Files.exists(PROC.resolve("self/stat"))) {
      requireOurNamespace();
      Path process = PROC.resolve(Long.toString(pid));
      try {
        String[] fields = fieldsOf(process.resolve("stat"));
        return isEnded(fields) ? OptionalLong.empty() : OptionalLong.of(startIn(fields));
      } catch (IOException e) {
        // With hidepid, /proc does not show the processes of others, among them that of pid 1,
        // unless that is ours, as in a container.
        if (Files.notExists(process)
            && Files.exists(PROC.resolve("1"))
            && !hides(Files.readAllLines(PROC.resolve("self/mountinfo")))) {
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
    return mountinfo.stream()
        .filter(mount -> mount.contains(" " + PROC + " "))
        .anyMatch(mount -> HIDEPID.matcher(mount).find());
  }

  /** In a new pid namespace, /proc shows the old one until it is mounted anew. */
  private static void requireOurNamespace() throws IOException {
    String self = Files.readSymbolicLink(PROC.resolve("self")).toString();
    if (!self.equals(Long.toString(ProcessHandle.current().pid()))) {
      throw new IOException(
          "/proc is of another pid namespace: this process is " + self + " there");
    }
  }

  /**
   * Returns the fields from the third one on. The second one is the command in parentheses, and may
   * contain anything.
   */
  private static String[] fieldsOf(Path stat) throws IOException {
    String line = Files.readString(stat);
    return line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
  }

  /** It has ended, and is listed until its parent asks how. In containers that may be never. */
  private static boolean isEnded(String[] fieldsFromThird) {
    return fieldsFromThird[0].equals("Z") || fieldsFromThird[0].equals("X");
  }

  /** It is field 22, see proc(5). */
  private static long startIn(String[] fieldsFromThird) {
    return Long.parseLong(fieldsFromThird[22 - 3]);
  }
}
