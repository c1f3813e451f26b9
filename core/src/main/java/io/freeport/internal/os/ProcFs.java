package io.freeport.internal.os;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code /proc}, see proc(5). Only Linux has it. */
public final class ProcFs {

  private static final Path ROOT = Path.of("/proc");

  /** As Linux limits it, with an ordinary limit of the stack. */
  private static final int LONGEST_ENVIRONMENT = 2 << 20;

  private ProcFs() {}

  /**
   * What {@code /proc/<pid>/stat} says of a process.
   *
   * @param state one letter
   * @param group the id of its process group
   * @param foregroundGroup the id of the group in the foreground of its terminal; -1 without one
   * @param start in clock ticks since the boot
   */
  public record Stat(String state, long group, long foregroundGroup, long start) {

    /**
     * Returns whether the process has ended. Until its parent asks for its status, which in
     * containers may be never, the system lists it.
     */
    boolean isEnded() {
      return state.equals("Z") || state.equals("X");
    }
  }

  /** Returns whether this system has processes in {@code /proc}. */
  public static boolean isThere() {
    return Files.exists(path("self/stat"));
  }

  static Path path(String name) {
    return ROOT.resolve(name);
  }

  /**
   * Reads the state of a process.
   *
   * @param process its pid; {@code self} for this one
   */
  public static Stat stat(String process) throws IOException {
    String line = Files.readString(path(process + "/stat"));
    // The second field, the command in parentheses, may contain anything.
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    return new Stat(fields[0], number(fields, 5), number(fields, 8), number(fields, 22));
  }

  private static long number(String[] fieldsFromThird, int field) {
    return Long.parseLong(fieldsFromThird[field - 3]);
  }

  /**
   * Returns the number of the user to whom the files of this process belong. The owner of {@code
   * /proc/self} would not do: it is root if Java has capabilities of its own.
   */
  public static int user() throws IOException {
    for (String line : Files.readAllLines(path("self/status"))) {
      if (line.startsWith("Uid:")) {
        String[] realEffectiveSavedAndOfFiles = line.split("\\s+", -1);
        return Integer.parseUnsignedInt(realEffectiveSavedAndOfFiles[4]);
      }
    }
    throw new IOException(path("self/status") + " does not tell the user");
  }

  /** Returns the name of a process' program; empty if the process has ended. */
  public static String command(long pid) {
    try {
      return line(path(pid + "/comm"));
    } catch (IOException ended) {
      return "";
    }
  }

  /**
   * Returns the variables with which a process was started, as {@code NAME=value}; none if it has
   * ended, or belongs to another user.
   */
  public static Set<String> environment(long pid) {
    try (InputStream file = Files.newInputStream(path(pid + "/environ"))) {
      String all = new String(file.readNBytes(LONGEST_ENVIRONMENT), StandardCharsets.UTF_8);
      return new HashSet<>(List.of(all.split("\0", -1)));
    } catch (IOException e) {
      return Set.of();
    }
  }

  /** Returns whether this system shows its sockets. */
  public static boolean hasSocketTable() {
    return Files.isReadable(path("net/tcp"));
  }

  /**
   * Returns the number of a namespace of this process, unique within a boot.
   *
   * @param kind as in {@code /proc/self/ns}
   */
  public static String namespace(String kind) throws IOException {
    return Files.readSymbolicLink(path("self/ns/" + kind)).toString().replaceAll("[^0-9]", "");
  }

  /** Returns whether this system has namespaces of a kind. */
  public static boolean hasNamespace(String kind) {
    return Files.exists(path("self/ns/" + kind));
  }

  /** Returns when this machine was started, by its present clock; in full seconds. */
  public static Instant bootTime() throws IOException {
    for (String line : Files.readAllLines(path("stat"))) {
      if (line.startsWith("btime ")) {
        return Instant.ofEpochSecond(Long.parseLong(line.substring("btime ".length()).strip()));
      }
    }
    throw new IOException(path("stat") + " does not tell when the system was started");
  }

  /** Returns the kernel's random id of this boot. */
  public static String bootId() throws IOException {
    return line(path("sys/kernel/random/boot_id"));
  }

  /**
   * Returns the first line of a file, without blanks at its ends; empty if it has none. The kernel
   * answers only the first read of a file such as a setting's. {@link Files#readString} reads a
   * single byte first, because the size of the file is 0.
   */
  static String line(Path file) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      return line == null ? "" : line.strip();
    }
  }
}
