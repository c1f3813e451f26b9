package io.freeport.benchmarks;

import java.util.List;

/**
 * A median, and between which values it lies with 95 % certainty, whatever the values' distribution
 * is. With fewer than six values nothing is that certain: then these are the lowest and the
 * highest.
 *
 * @param count of how many values
 */
record Spread(double median, double low, double high, int count) {

  private static final double DOUBT = 0.025;

  static Spread of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(value -> value).sorted().toArray();
    int count = sorted.length;
    if (count == 0) {
      throw new IllegalArgumentException("There is no median of no values");
    }
    int outside = outside(count);
    double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    return new Spread(median, sorted[outside], sorted[count - 1 - outside], count);
  }

  /**
   * Returns how many values at each end can be left out: as many of them lie below the true median
   * as a coin shows heads in as many throws.
   */
  private static int outside(int count) {
    double chance = Math.pow(0.5, count);
    double atMost = chance;
    int heads = 0;
    while (atMost <= DOUBT) {
      heads++;
      chance = chance * (count - heads + 1) / heads;
      atMost += chance;
    }
    return Math.max(0, heads - 1);
  }
}
