package io.freeport;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;

/** The processes that this one can see, each with its start. */
final class HostProcesses {

  private static final Path PROC = Path.of("/proc");

  private HostProcesses() {}

  /** Names what pids are relative to. */
  static String host() {
    try {
      String boot = Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
      String pidNamespace =
          Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString().replaceAll("[^0-9]", "");
      return boot + "." + pidNamespace;
    } catch (IOException notLinux) {
      return hostName().replaceAll("[^A-Za-z0-9._-]", "-");
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException noName) {
      return "localhost";
    }
  }

  /**
   * Returns when this process started.
   *
   * @throws IOException if that cannot be told
   */
  static long startOfThis() throws IOException {
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
  static OptionalLong startOf(long pid) throws IOException {
    if (Files.exists(PROC.resolve("self/stat"))) {
      Path process = PROC.resolve(Long.toString(pid));
      try {
        String[] fields = fieldsOf(process.resolve("stat"));
        return isEnded(fields) ? OptionalLong.empty() : OptionalLong.of(startIn(fields));
      } catch (IOException e) {
        // With hidepid, /proc does not show the processes of others, among them that of pid 1.
        if (Files.notExists(process) && Files.exists(PROC.resolve("1"))) {
          return OptionalLong.empty();
        }
        throw e;
      }
    }
    return ProcessHandle.of(pid)
        .map(
            process ->
                OptionalLong.of(process.info().startInstant().orElse(Instant.EPOCH).toEpochMilli()))
        .orElse(OptionalLong.empty());
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
