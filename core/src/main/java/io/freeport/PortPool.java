package io.freeport;

import java.io.IOException;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Numbers to try, in their order or from a random one on. */
final class PortPool {

  /** Tries one number after another. */
  interface Attempt<T> {

    /** Returns what came of it, or null to be asked with another number. */
    @Nullable T with(int number) throws IOException;
  }

  /** Different port numbers, in the order in which they are tried or in that of their size. */
  private interface Numbers {
    int size();

    int at(int index);

    boolean contains(int number);

    default IntStream all() {
      return IntStream.range(0, size()).map(this::at);
    }
  }

  private record InARow(PortRange range) implements Numbers {

    @Override
    public int size() {
      return range.last() - range.first() + 1;
    }

    @Override
    public int at(int index) {
      return range.first() + index;
    }

    @Override
    public boolean contains(int number) {
      return range.contains(number);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record Listed(int[] numbers, boolean sorted) implements Numbers {

    @Override
    public int size() {
      return numbers.length;
    }

    @Override
    public int at(int index) {
      return numbers[index];
    }

    @Override
    public boolean contains(int number) {
      return sorted
          ? Arrays.binarySearch(numbers, number) >= 0
          : IntStream.of(numbers).anyMatch(candidate -> candidate == number);
    }
  }

  /** Below are the ports that most services use by default. */
  private static final int LOWEST_PORT = 10_000;

  /** With less room than this below the ephemeral range, the ports above it are used too. */
  private static final int ENOUGH = 1_000;

  private final Numbers numbers;
  private final boolean random;

  private PortPool(Numbers numbers, boolean random) {
    this.numbers = numbers;
    this.random = random;
  }

  private PortPool(int[] numbers, boolean random) {
    this(new Listed(numbers, random), random);
  }

  static PortPool inOrder(List<Integer> numbers) {
    return new PortPool(numbers.stream().mapToInt(Integer::intValue).toArray(), false);
  }

  static PortPool inOrder(IntStream numbers) {
    return new PortPool(numbers.toArray(), false);
  }

  /** A range is what most requests name, and is not worth a list for each of them. */
  static PortPool inRandomOrder(List<PortRange> ranges) {
    return ranges.size() == 1
        ? new PortPool(new InARow(ranges.get(0)), true)
        : new PortPool(inOrderOfSize(ranges).toArray(), true);
  }

  private static IntStream inOrderOfSize(List<PortRange> ranges) {
    return ranges.stream()
        .flatMapToInt(range -> IntStream.rangeClosed(range.first(), range.last()))
        .sorted()
        .distinct();
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

  /** Returns the ports of some ranges, whatever services use them by default. */
  static PortPool within(List<PortRange> ranges, List<PortRange> avoided) {
    return new PortPool(
        inOrderOfSize(ranges)
            .filter(port -> avoided.stream().noneMatch(range -> range.contains(port)))
            .toArray(),
        true);
  }

  private static int[] open(KernelPorts kernel, int first, int last) {
    return IntStream.rangeClosed(first, last).filter(kernel::leavesOpen).toArray();
  }

  private static int[] concat(int[] one, int[] two) {
    return IntStream.concat(IntStream.of(one), IntStream.of(two)).toArray();
  }

  boolean isEmpty() {
    return numbers.size() == 0;
  }

  boolean contains(int number) {
    return numbers.contains(number);
  }

  /**
   * Tries the numbers, each once, until an attempt returns something. Random ones are tried in
   * steps that spread them over the pool, so that allocators that start near each other soon part.
   */
  <T> @Nullable T firstOf(Attempt<T> attempt) throws IOException {
    int size = numbers.size();
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
      T result = attempt.with(numbers.at(index));
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
    int size = numbers.size();
    if (size == 0) {
      return "no ports at all";
    }
    if (!random && size <= 10) {
      return numbers.all().mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }
    IntSummaryStatistics range = numbers.all().summaryStatistics();
    return size + " ports from " + range.getMin() + " to " + range.getMax();
  }
}
