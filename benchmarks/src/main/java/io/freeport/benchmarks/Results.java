package io.freeport.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run measured, and on what. */
final class Results {

  /** Of a part that was to be run. */
  record Outcome(boolean hasRun, String remark, double seconds) {

    boolean isFailure() {
      return hasRun && !remark.isEmpty();
    }
  }

  private final String date;
  private final Effort effort;
  private final Map<String, String> machine;
  private final Map<String, Outcome> parts = new LinkedHashMap<>();
  private final List<Series> series = new ArrayList<>();

  Results(String date, Effort effort, Map<String, String> machine) {
    this.date = date;
    this.effort = effort;
    this.machine = new LinkedHashMap<>(machine);
  }

  String date() {
    return date;
  }

  Effort effort() {
    return effort;
  }

  Map<String, String> machine() {
    return machine;
  }

  /** Notes what only a part found out, such as a version. */
  void note(String key, String value) {
    machine.put(key, value);
  }

  Map<String, Outcome> parts() {
    return parts;
  }

  void ended(String part, Outcome outcome) {
    parts.put(part, outcome);
  }

  /** Adds a value to a series, which comes into being with its first one. */
  void add(String metric, String subject, String setting, String unit, double value) {
    for (int i = 0; i < series.size(); i++) {
      Series existing = series.get(i);
      if (existing.is(metric, subject, setting)) {
        List<Double> values = new ArrayList<>(existing.values());
        values.add(value);
        series.set(i, new Series(metric, subject, setting, unit, values));
        return;
      }
    }
    series.add(new Series(metric, subject, setting, unit, List.of(value)));
  }

  List<Series> ofMetric(String metric) {
    return series.stream().filter(one -> one.metric().equals(metric)).toList();
  }

  Optional<Series> find(String metric, String subject, String setting) {
    return series.stream().filter(one -> one.is(metric, subject, setting)).findFirst();
  }
}
