package io.freeport.examples.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Runs programs of this machine. */
final class Command {

  private Command() {}

  /** Returns whether a program is on this machine. */
  static boolean isHere(String program) {
    return find(program).isPresent();
  }

  /** Debian's folders for servers are not on the path of every user. */
  private static Optional<Path> find(String program) {
    String folders = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin";
    return Stream.concat(
            Stream.of(folders.split(File.pathSeparator, -1)).map(Path::of), postgresql())
        .map(folder -> folder.resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Stream<Path> postgresql() {
    File[] versions = new File("/usr/lib/postgresql").listFiles();
    return versions == null
        ? Stream.empty()
        : Stream.of(versions).map(version -> version.toPath().resolve("bin"));
  }

  /**
   * Returns the version that a program prints.
   *
   * @param pattern its first group is the part of the version that matters
   * @return empty if the program is not on this machine
   */
  static Optional<String> version(String pattern, String program, String option)
      throws IOException {
    if (!isHere(program)) {
      return Optional.empty();
    }
    Process process = builder(program, option).redirectErrorStream(true).start();
    return Optional.of(first(pattern, new String(process.getInputStream().readAllBytes(), UTF_8)));
  }

  /** Returns the first group of the first match. */
  static String first(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult match) -> match.group(1))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("No " + pattern + " in " + text));
  }

  /** Starts a program whose output goes to a file in the folder. */
  static Process start(Path folder, Object... command) throws IOException {
    return builder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log(folder).toFile())
        .start();
  }

  /** Runs a program to its end, which has to be a good one. */
  static void run(Path folder, Object... command) throws IOException, InterruptedException {
    int status = start(folder, command).waitFor();
    if (status != 0) {
      throw new IllegalStateException(
          Arrays.toString(command) + " ended with " + status + ": " + output(folder));
    }
  }

  /** Returns what the program that was started last in the folder has printed. */
  static String output(Path folder) throws IOException {
    return Files.exists(log(folder)) ? Files.readString(log(folder)) : "";
  }

  private static Path log(Path folder) {
    return folder.resolve("output.log");
  }

  private static ProcessBuilder builder(Object... command) {
    List<String> all = new ArrayList<>();
    for (Object part : command) {
      all.add(part.toString());
    }
    find(all.get(0)).ifPresent(file -> all.set(0, file.toString()));
    return new ProcessBuilder(all);
  }
}
