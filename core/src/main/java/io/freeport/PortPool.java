package io.freeport;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The numbers that an allocator may choose from. */
final class PortPool {

  /** Tries one number after another. */
  interface Attempt<T> {

    /** Returns what came of it, or null to be asked with another number. */
    @Nullable T with(int number) throws IOException;
  }

  /** Below are the ports that well-known services use by default. */
  private static final int LOWEST_PORT = 10_000;

  /** With less room than this below the ephemeral range, the ports above it are used too. */
  private static final int ENOUGH = 1_000;

  private final int[] numbers;
  private final KernelPorts kernel;

  private PortPool(int[] numbers, KernelPorts kernel) {
    this.numbers = numbers;
    this.kernel = kernel;
  }

  /**
   * Returns the ports from 10000 up to the ephemeral range, without the reserved ones. A hold
   * <em>within</em> the ephemeral range would be in the way of Docker, which looks for random ports
   * there by explicit binds and gives up after a few.
   */
  static PortPool outside(KernelPorts kernel) {
    int[] below = numbers(LOWEST_PORT, kernel.ephemeral().first() - 1, kernel.reserved());
    if (below.length >= ENOUGH) {
      return new PortPool(below, kernel);
    }
    int[] above = numbers(kernel.ephemeral().last() + 1, PortRange.HIGHEST_PORT, kernel.reserved());
    return new PortPool(
        IntStream.concat(IntStream.of(below), IntStream.of(above)).toArray(), kernel);
  }

  private static int[] numbers(int first, int last, List<PortRange> reserved) {
    return IntStream.rangeClosed(Math.max(first, LOWEST_PORT), last)
        .filter(port -> reserved.stream().noneMatch(range -> range.contains(port)))
        .toArray();
  }

  int size() {
    return numbers.length;
  }

  /**
   * Tries the numbers from a random one on, each once, until an attempt returns something. They are
   * visited in steps that spread them over the pool, so that allocators that start near each other
   * soon part.
   */
  <T> @Nullable T firstOf(Attempt<T> attempt) throws IOException {
    int size = numbers.length;
    if (size == 0) {
      return null;
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int index = random.nextInt(size);
    int step = coprimeTo(size, random);
    for (int visited = 0; visited < size; visited++) {
      T result = attempt.with(numbers[index]);
      if (result != null) {
        return result;
      }
      index = (int) (((long) index + step) % size);
    }
    return null;
  }

  /** Steps of such a length come back to the first number only after all the others. */
  private static int coprimeTo(int size, ThreadLocalRandom random) {
    while (true) {
      int step = 1 + random.nextInt(size);
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
    if (numbers.length == 0) {
      return "no ports at all outside the ephemeral range "
          + kernel.ephemeral()
          + " (ip_local_port_range)";
    }
    return numbers.length
        + " ports from "
        + numbers[0]
        + " to "
        + numbers[numbers.length - 1]
        + ", outside the ephemeral range "
        + kernel.ephemeral();
  }
}
