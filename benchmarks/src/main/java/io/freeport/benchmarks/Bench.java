package io.freeport.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Where the parts work, and with what.
 *
 * @param effort how much they measure
 * @param work a folder for what they make
 * @param classPath of this JVM
 */
record Bench(Effort effort, Path work, List<String> classPath) {

  static Bench of(Effort effort, Path work) throws IOException {
    String entries =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new Bench(
        effort,
        Files.createDirectories(work).toAbsolutePath(),
        Arrays.asList(entries.split(Pattern.quote(File.pathSeparator), -1)));
  }

  /** Returns a folder of its own for some purpose. */
  Path folder(String name) throws IOException {
    return Files.createDirectories(work.resolve(name));
  }

  /** Returns the part of the class path that has all the classes of this program. */
  String wholeClassPath() {
    return String.join(File.pathSeparator, classPath);
  }

  /** Returns those entries whose file, or module's folder, is chosen. */
  List<String> entries(Predicate<String> chosen) {
    return classPath.stream().filter(chosen).toList();
  }

  /** Returns the start of a command that runs Java as this JVM is run. */
  List<String> java(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What the JVM itself warns of goes to its standard output otherwise, among what is measured.
    command.addAll(List.of("-Xlog:disable", "-Xlog:all=warning:stderr"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.add("-Dfreeport.dir=" + work.resolve("owners"));
    command.addAll(List.of(options));
    return command;
  }
}
