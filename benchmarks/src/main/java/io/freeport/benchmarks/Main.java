package io.freeport.benchmarks;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Measures, writes down what was measured, makes the page of it, and judges it. */
public final class Main {

  private static final String USAGE =
      "benchmarks/run [--quick | --smoke] [part...], or benchmarks/run --render [file]; parts: ";
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().serializeSpecialFloatingPointValues().create();

  private static final List<Part> PARTS =
      List.of(
          new LatencyPart(),
          new StormPart(),
          new SuitePart(),
          new ContainerPart(),
          new ReaperPart(),
          new LeasePart(),
          new ScalePart());

  private final Path root;

  Main(Path root) {
    this.root = root;
  }

  /**
   * The first argument is the folder of the project, the others are options and parts. Ends with 1
   * if a target was missed or a part failed, and with 2 if an argument is not known.
   */
  public static void main(String[] args) throws Exception {
    System.exit(new Main(Path.of(args[0])).run(List.of(args).subList(1, args.length)));
  }

  int run(List<String> arguments) throws Exception {
    List<String> names = new ArrayList<>(arguments);
    if (names.remove("--render")) {
      Path json = names.isEmpty() ? json() : Path.of(names.get(0));
      return report(JSON.fromJson(Files.readString(json), Results.class));
    }
    Effort effort =
        names.remove("--smoke")
            ? Effort.SMOKE
            : names.remove("--quick") ? Effort.QUICK : Effort.FULL;
    List<Part> parts = parts(names);
    if (parts.isEmpty()) {
      System.err.println(USAGE + PARTS.stream().map(Part::name).toList());
      return 2;
    }
    Bench bench = Bench.of(effort, target().resolve("work"));
    Results results =
        new Results(
            Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(),
            effort,
            Machine.describe(bench));
    for (Part part : parts) {
      run(part, bench, results);
      Files.writeString(json(), JSON.toJson(results)); // so far, since the next one may take long
    }
    return report(results);
  }

  /** Returns those that are named, or all; none if there is no part of a name. */
  private static List<Part> parts(List<String> names) {
    Set<String> asked = new LinkedHashSet<>(names);
    List<Part> chosen =
        PARTS.stream().filter(part -> asked.isEmpty() || asked.contains(part.name())).toList();
    return asked.isEmpty() || chosen.size() == asked.size() ? chosen : List.of();
  }

  private static void run(Part part, Bench bench, Results results) {
    long start = System.nanoTime();
    Results.Outcome outcome;
    Optional<String> obstacle = part.obstacle();
    if (obstacle.isPresent()) {
      outcome = new Results.Outcome(false, obstacle.get(), 0);
    } else {
      System.out.println(part.name() + " ...");
      try {
        part.run(bench, results);
        outcome = new Results.Outcome(true, "", seconds(start));
      } catch (Exception e) {
        e.printStackTrace();
        outcome = new Results.Outcome(true, "it failed: " + e, seconds(start));
      }
    }
    results.ended(part.name(), outcome);
    System.out.printf("%s: %.0f s %s%n", part.name(), outcome.seconds(), outcome.remark());
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /**
   * Makes the page: of a full run that came to its end the project's own, else one in the folder of
   * the build.
   */
  private int report(Results results) throws IOException {
    List<String> failed =
        results.parts().entrySet().stream()
            .filter(part -> part.getValue().isFailure())
            .map(Map.Entry::getKey)
            .toList();
    boolean isFull = results.effort() == Effort.FULL && results.parts().size() == PARTS.size();
    Path folder = isFull && failed.isEmpty() ? root.resolve("docs") : target();
    Files.createDirectories(folder);
    Page page = new Page(results);
    Files.writeString(folder.resolve("benchmarks.md"), page.render(template()));
    new Plots(results, folder.resolve("benchmarks")).write();
    page.summary().forEach(System.out::println);
    if (isFull && !failed.isEmpty()) {
      System.err.println(
          "docs/benchmarks.md stays as it was, since these parts failed: "
              + String.join(", ", failed)
              + ". What was measured is in benchmarks/target: benchmarks.json, and benchmarks.md.");
    }
    boolean missed =
        Target.ALL.stream().anyMatch(target -> target.verdict(results) == Target.Verdict.MISSED);
    return missed || !failed.isEmpty() ? 1 : 0;
  }

  private static String template() throws IOException {
    try (InputStream template = Main.class.getResourceAsStream("page.md")) {
      if (template == null) {
        throw new IOException("There is no resource page.md");
      }
      return new String(template.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Path target() {
    return root.resolve("benchmarks/target");
  }

  private Path json() {
    return target().resolve("benchmarks.json");
  }
}
