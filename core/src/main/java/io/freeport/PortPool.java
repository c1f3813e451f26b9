package io.freeport;

import java.io.IOException;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Numbers to try, in their order or from a random one on. */
final class PortPool {

  /** Tries one number after another. */
  interface Attempt<T> {

    /** Returns what came of it, or null to be asked with another number. */
    @Nullable T with(int number) throws IOException;
  }

  /** Below are the ports that most services use by default. */
  private static final int LOWEST_PORT = 10_000;

  /** With less room than this below the ephemeral range, the ports above it are used too. */
  private static final int ENOUGH = 1_000;

  private final int[] numbers;
  private final boolean random;

  private PortPool(int[] numbers, boolean random) {
    this.numbers = numbers;
    this.random = random;
  }

  static PortPool inOrder(List<Integer> numbers) {
    return new PortPool(numbers.stream().mapToInt(Integer::intValue).toArray(), false);
  }

  static PortPool inOrder(IntStream numbers) {
    return new PortPool(numbers.toArray(), false);
  }

  static PortPool inRandomOrder(List<PortRange> ranges) {
    return new PortPool(
        ranges.stream()
            .flatMapToInt(range -> IntStream.rangeClosed(range.first(), range.last()))
            .sorted()
            .distinct()
            .toArray(),
        true);
  }

  /**
   * Returns the ports from 10000 up to the ephemeral range, without reserved and well-known ones. A
   * hold <em>within</em> the ephemeral range would be in the way of Docker, which looks for random
   * ports there by explicit binds and gives up after a few. If that leaves little room, the ports
   * above the range are added, and if that leaves none, those below 10000.
   */
  static PortPool outsideEphemeralRange(KernelPorts kernel) {
    int first = kernel.ephemeral().first();
    int last = kernel.ephemeral().last();
    int[] numbers = open(kernel, LOWEST_PORT, first - 1);
    if (numbers.length < ENOUGH) {
      numbers =
          concat(numbers, open(kernel, Math.max(last + 1, LOWEST_PORT), PortRange.HIGHEST_PORT));
    }
    if (numbers.length == 0) {
      numbers = open(kernel, WellKnownPorts.FIRST_UNPRIVILEGED, Math.min(first, LOWEST_PORT) - 1);
    }
    return new PortPool(numbers, true);
  }

  private static int[] open(KernelPorts kernel, int first, int last) {
    return IntStream.rangeClosed(first, last).filter(kernel::leavesOpen).toArray();
  }

  private static int[] concat(int[] one, int[] two) {
    return IntStream.concat(IntStream.of(one), IntStream.of(two)).toArray();
  }

  boolean isEmpty() {
    return numbers.length == 0;
  }

  boolean contains(int number) {
    return random
        ? Arrays.binarySearch(numbers, number) >= 0
        : IntStream.of(numbers).anyMatch(candidate -> candidate == number);
  }

  /**
   * Tries the numbers, each once, until an attempt returns something. Random ones are tried in
   * steps that spread them over the pool, so that allocators that start near each other soon part.
   */
  <T> @Nullable T firstOf(Attempt<T> attempt) throws IOException {
    int size = numbers.length;
    if (size == 0) {
      return null;
    }
    int index = 0;
    int step = 1;
    if (random) {
      ThreadLocalRandom dice = ThreadLocalRandom.current();
      index = dice.nextInt(size);
      step = coprimeTo(size, dice);
    }
    for (int tried = 0; tried < size; tried++) {
      T result = attempt.with(numbers[index]);
      if (result != null) {
        return result;
      }
      index = (int) (((long) index + step) % size);
    }
    return null;
  }

  /** Steps of such a length come back to the first number only after all the others. */
  private static int coprimeTo(int size, ThreadLocalRandom dice) {
    while (true) {
      int step = 1 + dice.nextInt(size);
      if (greatestCommonDivisor(step, size) == 1) {
        return step;
      }
    }
  }

  private static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  /** Says which numbers these are, for messages. */
  @Override
  public String toString() {
    int size = numbers.length;
    if (size == 0) {
      return "no ports at all";
    }
    if (!random && size <= 10) {
      return Arrays.toString(numbers).replaceAll("[\\[\\]]", "");
    }
    IntSummaryStatistics range = IntStream.of(numbers).summaryStatistics();
    return size + " ports from " + range.getMin() + " to " + range.getMax();
  }
}
