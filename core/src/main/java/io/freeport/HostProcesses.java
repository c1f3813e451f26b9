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
   * Returns when a process started, or nothing if there is no such process. On Linux in clock ticks
   * since the boot, since the wall clock, from which {@link ProcessHandle} computes, may be set
   * while processes run.
   */
  static OptionalLong startOf(long pid) {
    if (Files.exists(PROC.resolve("self/stat"))) {
      try {
        String stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
        // proc(5): the second field is the command in parentheses and may contain anything; the
        // start is field 22
        String[] fromThirdField = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return OptionalLong.of(Long.parseLong(fromThirdField[22 - 3]));
      } catch (IOException noSuchProcess) {
        return OptionalLong.empty();
      }
    }
    return ProcessHandle.of(pid)
        .map(
            process ->
                OptionalLong.of(process.info().startInstant().orElse(Instant.EPOCH).toEpochMilli()))
        .orElse(OptionalLong.empty());
  }
}
