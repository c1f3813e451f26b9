package io.freeport.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The page, made from a template in which there is no figure. Each line {@code {{word argument}}}
 * stands for what was measured.
 */
final class Page {

  private static final Pattern PLACE =
      Pattern.compile("\\{\\{([a-z-]+) ?([^|}]*)(?:\\|([^}]*))?}}");

  private final Results results;

  Page(Results results) {
    this.results = results;
  }

  String render(String template) {
    return PLACE.matcher(template).replaceAll(place -> Matcher.quoteReplacement(fill(place)));
  }

  private String fill(MatchResult place) {
    String argument = place.group(2).strip();
    return switch (place.group(1)) {
      case "run" -> run();
      case "machine" -> machine();
      case "targets" -> targets();
      case "table" -> table(argument);
      case "list" -> list(argument);
      case "ratios" -> ratios(argument, place.group(3).strip());
      case "plot" -> plot(argument, place.group(3).strip());
      default -> throw new IllegalArgumentException("The template asks for " + place.group());
    };
  }

  private String run() {
    return "Measured on "
        + results.date()
        + ", "
        + switch (results.effort()) {
          case FULL -> "by `benchmarks/run`.";
          case QUICK -> "by `benchmarks/run --quick`.";
          case SMOKE -> "by `benchmarks/run --smoke`: these figures mean nothing.";
        }
        + results.parts().entrySet().stream()
            .filter(part -> part.getValue().isFailure())
            .map(part -> " The part *" + part.getKey() + "* did not come to its end.")
            .collect(Collectors.joining());
  }

  private String machine() {
    List<String> rows = new ArrayList<>(List.of("| | |", "|---|---|"));
    results.machine().forEach((key, value) -> rows.add(row(List.of(key, value))));
    return String.join("\n", rows);
  }

  private String targets() {
    List<String> rows = new ArrayList<>(List.of("| | target | measured | |", "|---|---|---|---|"));
    for (Target target : Target.ALL) {
      rows.add(
          row(
              List.of(
                  target.what(),
                  "≤ " + figure(target.limit()),
                  measured(target),
                  target.verdict(results).text())));
    }
    return String.join("\n", rows);
  }

  private String measured(Target target) {
    return target
        .spread(results)
        .map(
            spread ->
                cell(spread)
                    + target.trials().apply(results).map(n -> " of " + figure(n)).orElse(""))
        .orElse("");
  }

  /** Subjects down, settings across. */
  private String table(String metric) {
    List<Series> all = results.ofMetric(metric);
    return all.isEmpty()
        ? notRun(metric)
        : grid(
            all,
            (subject, setting) ->
                results.find(metric, subject, setting).map(series -> cell(series.spread())),
            unit(all));
  }

  /** As a table, with only one subject, and the settings down. */
  private String list(String metric) {
    List<Series> all = results.ofMetric(metric);
    if (all.isEmpty()) {
      return notRun(metric);
    }
    List<String> rows = new ArrayList<>(List.of("| | " + unit(all) + " |", "|---|---|"));
    all.forEach(series -> rows.add(row(List.of(series.setting(), cell(series.spread())))));
    return String.join("\n", rows) + "\n" + rounds(all);
  }

  private String ratios(String metric, String base) {
    List<Series> all =
        results.ofMetric(metric).stream().filter(series -> !series.subject().equals(base)).toList();
    return all.isEmpty()
        ? notRun(metric)
        : grid(
            all,
            (subject, setting) ->
                Target.ratios(results, metric, setting, subject, base)
                    .map(ratios -> cell(Spread.of(ratios))),
            "against " + base);
  }

  private interface Cell {
    Optional<String> at(String subject, String setting);
  }

  private static String grid(List<Series> all, Cell cell, String corner) {
    List<String> settings = all.stream().map(Series::setting).distinct().toList();
    List<String> header = new ArrayList<>(List.of(corner));
    header.addAll(settings);
    List<String> rows = new ArrayList<>(List.of(row(header)));
    rows.add("|---".repeat(header.size()) + "|");
    for (String subject : all.stream().map(Series::subject).distinct().toList()) {
      List<String> cells = new ArrayList<>(List.of(subject));
      settings.forEach(setting -> cells.add(cell.at(subject, setting).orElse("")));
      rows.add(row(cells));
    }
    return String.join("\n", rows) + "\n" + rounds(all);
  }

  private static String rounds(List<Series> all) {
    int fewest = all.stream().mapToInt(series -> series.values().size()).min().orElse(0);
    int most = all.stream().mapToInt(series -> series.values().size()).max().orElse(0);
    return most == 1
        ? ""
        : "\nRounds: " + (fewest == most ? "" + most : fewest + " to " + most) + ".";
  }

  private static String unit(List<Series> all) {
    return all.stream().map(Series::unit).distinct().collect(Collectors.joining(", "));
  }

  private String plot(String file, String text) {
    String metric = file.replace('-', '.');
    return results.ofMetric(metric).isEmpty() ? "" : "![" + text + "](benchmarks/" + file + ".svg)";
  }

  private String notRun(String metric) {
    String part = metric.substring(0, metric.indexOf('.'));
    Results.Outcome outcome = results.parts().get(part);
    return outcome == null
        ? "*Not run.*"
        : outcome.hasRun() ? "*Nothing was measured.*" : "*Not run: " + outcome.remark() + ".*";
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String cell(Spread spread) {
    String median = figure(spread.median());
    return spread.count() == 1
        ? median
        : median + " (" + figure(spread.low()) + "–" + figure(spread.high()) + ")";
  }

  /** Three digits that count, and no more. */
  static String figure(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1_000_000) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    int digits = 2 - (int) Math.floor(Math.log10(Math.abs(value)));
    return String.format(Locale.ROOT, "%." + Math.max(0, digits) + "f", value);
  }

  /** Returns what is said of the targets where there is no page. */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    for (Target target : Target.ALL) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-75s %8s  %-22s %s",
              target.what(),
              "<= " + figure(target.limit()),
              measured(target),
              target.verdict(results).text().replace("*", "")));
    }
    for (Map.Entry<String, Results.Outcome> part : results.parts().entrySet()) {
      if (!part.getValue().hasRun()) {
        lines.add(part.getKey() + ": not run: " + part.getValue().remark());
      }
    }
    return lines;
  }
}
