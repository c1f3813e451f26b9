package io.freeport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Numbers that the kernel has refused within the last second. They are tried after all others: in a
 * range that is nearly full, an allocation would else be refused twenty times before it comes upon
 * a port that is free, and by the same ones that refused the allocation before it.
 *
 * <p>Only the order in which numbers are tried depends on it, and nothing is taken or left out
 * because of it. So it does not matter that two threads may begin a second at the same time, of
 * which one is forgotten with what is in it.
 */
final class RefusedLately {

  private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A bit for each port, and when they began to be set. */
  private static final class Second {
    private final long start = System.nanoTime();
    private final AtomicLongArray words =
        new AtomicLongArray((PortRange.HIGHEST_PORT + 1) / Long.SIZE);
  }

  private volatile @Nullable Second second;

  /** To be called before a search, which so sees the same ones from its beginning to its end. */
  void forgetOlderOnes() {
    Second its = second;
    if (its != null && System.nanoTime() - its.start > NANOS) {
      second = null;
    }
  }

  void add(int number) {
    Second its = second;
    if (its == null) {
      its = new Second();
      second = its;
    }
    its.words.accumulateAndGet(number / Long.SIZE, 1L << number, (word, bit) -> word | bit);
  }

  /** Returns whether one of some numbers that follow each other was refused. */
  boolean containsAnyOf(int first, int count) {
    Second its = second;
    if (its == null) {
      return false;
    }
    int last = Math.min(first + count - 1, PortRange.HIGHEST_PORT);
    for (int number = first; number <= last; number++) {
      if ((its.words.get(number / Long.SIZE) & 1L << number) != 0) {
        return true;
      }
    }
    return false;
  }
}
