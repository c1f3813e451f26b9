package io.freeport.benchmarks;

import java.util.List;

/**
 * What was measured of one thing in one setting, once per round. Series of one metric with as many
 * values were measured in the same rounds, in turns, so values with the same index belong together.
 *
 * @param metric what was measured, such as {@code latency.one}
 * @param subject of what, such as FreePort
 * @param setting under which conditions, such as {@code 4 threads}
 * @param unit of the values
 */
record Series(String metric, String subject, String setting, String unit, List<Double> values) {

  Series {
    values = List.copyOf(values);
  }

  boolean is(String metric, String subject, String setting) {
    return this.metric.equals(metric)
        && this.subject.equals(subject)
        && this.setting.equals(setting);
  }

  boolean isPairedWith(Series other) {
    return values.size() == other.values.size();
  }

  Spread spread() {
    return Spread.of(values);
  }

  double sum() {
    return values.stream().mapToDouble(value -> value).sum();
  }
}
