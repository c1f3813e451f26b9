package io.freeport.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.RepeatedTest;

/** A suite that was generated and compiled: some classes of as many tests each. */
final class Suite {

  /**
   * What came of a run.
   *
   * @param nanos from the start of the first JVM to the end of the last one
   * @param lost how many tests failed since somebody else had their port
   */
  record Run(long nanos, int lost) {}

  private static final String PACKAGE = "suite";
  static final String SERVED = "Served";
  private static final Pattern COUNTS = Pattern.compile("(\\d+) (\\d+) (\\d+)");

  private final Bench bench;
  private final SuiteVariant variant;
  private final Path classes;
  private final List<String> names;

  private Suite(Bench bench, SuiteVariant variant, Path classes, List<String> names) {
    this.bench = bench;
    this.variant = variant;
    this.classes = classes;
    this.names = names;
  }

  static Suite generate(Bench bench, SuiteVariant variant, int classes, int testsPerClass)
      throws IOException {
    Path folder = bench.folder("suite/" + variant.name().toLowerCase(Locale.ROOT));
    Path sources = Files.createDirectories(folder.resolve("sources"));
    List<String> names =
        IntStream.range(0, classes).mapToObj(i -> "Generated" + i + "Test").toList();
    for (String name : names) {
      Files.writeString(
          sources.resolve(name + ".java"), variant.source(PACKAGE, name, testsPerClass));
    }
    try (InputStream served = Suite.class.getResourceAsStream(SERVED + ".txt")) {
      if (served == null) {
        throw new IOException("There is no resource " + SERVED + ".txt");
      }
      Files.writeString(
          sources.resolve(SERVED + ".java"),
          new String(served.readAllBytes(), StandardCharsets.UTF_8));
    }
    Path output = Files.createDirectories(folder.resolve("classes"));
    compile(bench, sources, names, output);
    return new Suite(
        bench, variant, output, names.stream().map(name -> PACKAGE + "." + name).toList());
  }

  private static void compile(Bench bench, Path sources, List<String> names, Path output)
      throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IOException("There is no Java compiler: run this with a JDK");
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none", "-nowarn", "-cp", bench.wholeClassPath(), "-d", output.toString()));
    arguments.add(sources.resolve(SERVED + ".java").toString());
    names.forEach(name -> arguments.add(sources.resolve(name + ".java").toString()));
    if (compiler.run(null, null, null, arguments.toArray(String[]::new)) != 0) {
      throw new IOException("The suite in " + sources + " does not compile");
    }
  }

  SuiteVariant variant() {
    return variant;
  }

  /** Returns a build that runs this suite by Surefire. */
  SurefireBuild surefire(int forks) throws IOException {
    return SurefireBuild.of(
        bench.folder("surefire-" + forks + "/" + variant.name().toLowerCase(Locale.ROOT)),
        classes,
        bench.entries(variant::needsBesideJUnit),
        forks,
        RepeatedTest.class.getPackage().getImplementationVersion());
  }

  /**
   * Returns the class path of what some variants need, in their order, with JUnit where {@link
   * SuiteVariant#PLAIN} is, or in front of all.
   */
  static String classPath(Bench bench, List<SuiteVariant> order) {
    List<String> entries = new ArrayList<>();
    if (!order.contains(SuiteVariant.PLAIN)) {
      entries.addAll(bench.entries(SuiteVariant.PLAIN::needs));
    }
    for (SuiteVariant variant : order) {
      entries.addAll(
          bench.entries(
              variant == SuiteVariant.PLAIN ? variant::needs : variant::needsBesideJUnit));
    }
    return String.join(File.pathSeparator, entries);
  }

  /**
   * Runs all tests, in some JVMs at the same time.
   *
   * @throws IOException if a test fails for another reason than its port, or not all of them run
   */
  Run run(int forks, int tests) throws IOException, InterruptedException {
    return run(forks, tests, List.of(variant));
  }

  /** As {@link #run(int, int)}, with what variants need on the class path, in their order. */
  Run run(int forks, int tests, List<SuiteVariant> order) throws IOException, InterruptedException {
    String classPath = classes + File.pathSeparator + classPath(bench, order);
    long start = System.nanoTime();
    int ran = 0;
    int lost = 0;
    try (Processes processes = new Processes()) {
      List<Process> started = new ArrayList<>();
      for (int fork = 0; fork < forks; fork++) {
        List<String> command = bench.java("-cp", classPath);
        command.add(SuiteFork.class.getName());
        for (int i = fork; i < names.size(); i += forks) {
          command.add(names.get(i));
        }
        started.add(processes.start(command));
      }
      for (Process process : started) {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        Matcher counts = COUNTS.matcher(output.strip());
        if (code != 0 || !counts.matches() || !counts.group(2).equals(counts.group(3))) {
          throw new IOException(
              "Not all tests of "
                  + variant.title()
                  + " passed, or its JVM ended with "
                  + code
                  + ": "
                  + output.strip());
        }
        ran += Integer.parseInt(counts.group(1));
        lost += Integer.parseInt(counts.group(3));
      }
    }
    long took = System.nanoTime() - start;
    if (ran != tests) {
      throw new IOException(ran + " tests ran, and not " + tests);
    }
    return new Run(took, lost);
  }

  /**
   * Returns whether a class path's entry is one of these artifacts, or the folder of this program.
   */
  static boolean isOneOf(String entry, String artifacts) {
    String path = entry.replace('\\', '/');
    return Pattern.compile("(^|/)(" + artifacts + ")(-\\d[^/]*\\.jar|/target/classes)$")
        .matcher(path)
        .find();
  }
}
