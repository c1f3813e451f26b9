package io.freeport.testcontainers;

import io.freeport.internal.os.SmallFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.containers.ComposeContainer;

/** Asks Docker Compose on this host what it reads in compose files. */
final class ComposeCommand {

  private static final int LONGEST_SECONDS = 60;

  /** It repeats all that is in the files, in bytes. */
  private static final int LONGEST_ANSWER = 16 << 20;

  /** What is called after it in an answer is the project's own, and nobody else's. */
  private static final String PROJECT = "freeport-config";

  private static final Pattern SECTION = Pattern.compile("(\\S+):");
  private static final Pattern KEY = Pattern.compile("  \"?([^ \"]+)\"?:");

  private final ComposeFiles temporary;

  ComposeCommand(ComposeFiles temporary) {
    this.temporary = temporary;
  }

  /** What it answered, and what it said about it. */
  public record Answer(boolean ended, int status, List<String> lines, String complaint) {
    boolean isGood() {
      return ended && status == 0;
    }
  }

  /**
   * What a project consists of, by the names in its files.
   *
   * @param networks that are made for it, under names of its own; the one called default, too
   * @param volumes as networks
   */
  record Parts(List<String> services, List<String> networks, List<String> volumes) {}

  /**
   * Returns all services, those of profiles included, which may be chosen later, and what is made
   * for them. Compose itself is asked: it knows includes and extensions.
   *
   * @param variables values that are known by now; others may be given to the container object
   *     later
   * @throws IllegalStateException if Compose cannot read the files
   */
  Parts parts(List<File> files, Map<String, String> variables) throws IOException {
    Map<String, String> complete = new HashMap<>(variables);
    Answer services = config(files, variables, "--services");
    if (!services.isGood()) {
      // ${TOKEN:?} may be meant for the start only. Names do not depend on values. Without
      // interpolation Compose cannot read its files as soon as there is a variable in a port.
      required(config(files, variables, "--variables"))
          .forEach(name -> complete.putIfAbsent(name, "1"));
      if (complete.size() > variables.size()) {
        services = config(files, complete, "--services");
      }
    }
    if (services.isGood()) {
      // It fails where an env_file is yet to be written, which the names of services do not need.
      List<String> all = config(files, complete).lines();
      return new Parts(services.lines(), own("networks", all), own("volumes", all));
    }
    throw new IllegalStateException(
        "Docker Compose cannot read "
            + files
            + (services.ended() ? "" : " within " + LONGEST_SECONDS + " s")
            + ". Is there a \"docker compose\" on this host? It said: "
            + services.complaint());
  }

  /** From a table: name, whether it is required, what is taken otherwise. */
  private static List<String> required(Answer variables) {
    return variables.lines().stream()
        .map(line -> line.strip().split("\\s+", -1))
        .filter(row -> row.length > 1 && row[1].equals("true"))
        .map(row -> row[0])
        .filter(name -> System.getenv(name) == null)
        .toList();
  }

  /**
   * Returns what gets a name of the project. Others are external, or have names that other projects
   * may use. Compose writes its own YAML in one form only.
   */
  private static List<String> own(String section, List<String> config) {
    List<String> own = new ArrayList<>();
    String in = "";
    String key = "";
    for (String line : config) {
      Matcher begin = SECTION.matcher(line);
      Matcher next = KEY.matcher(line);
      if (begin.matches()) {
        in = begin.group(1);
      } else if (next.matches()) {
        key = next.group(1);
      } else if (in.equals(section) && line.equals("    name: " + PROJECT + "_" + key)) {
        own.add(key);
      }
    }
    return own;
  }

  private Answer config(List<File> files, Map<String, String> variables, String... what)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ComposeContainer.COMPOSE_EXECUTABLE, "compose", "--profile", "*", "-p", PROJECT));
    files.forEach(file -> command.addAll(List.of("-f", file.getAbsolutePath())));
    command.add("config");
    command.addAll(List.of(what));
    Path answer = temporary.create(".txt");
    Path complaint = temporary.create(".log");
    try {
      // Files, not pipes: reading a pipe to its end would wait as long as Compose likes.
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(answer.toFile())
              .redirectError(complaint.toFile());
      builder.environment().putAll(variables);
      Process process = builder.start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      return new Answer(
          ended,
          ended ? process.exitValue() : -1,
          SmallFile.read(answer, LONGEST_ANSWER).lines().filter(line -> !line.isBlank()).toList(),
          SmallFile.read(complaint, LONGEST_ANSWER).strip());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for Docker Compose", e);
    } finally {
      Files.delete(answer);
      Files.delete(complaint);
    }
  }
}
