package io.freeport.internal.search;

import io.freeport.PortRange;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Numbers that the kernel refused within the last second. They are tried after all others: in a
 * range that is nearly full, each allocation would otherwise be refused by the same twenty numbers
 * before it finds a free port.
 *
 * <p>Only the order of the attempts depends on it. So two threads may begin a second at the same
 * time and lose the numbers of one of them, and a second may end in the middle of a search.
 */
final class RecentRefusals {

  private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A bit for each port, and when they began to be set. */
  private static final class Second {
    private final long start = System.nanoTime();
    private final AtomicLongArray words =
        new AtomicLongArray((PortRange.HIGHEST_PORT + 1) / Long.SIZE);
  }

  private volatile @Nullable Second second;

  /** Ends a second that is over. */
  void forgetOlderOnes() {
    Second current = second;
    if (current != null && System.nanoTime() - current.start > NANOS) {
      second = null;
    }
  }

  void add(int number) {
    Second current = second;
    if (current == null) {
      current = new Second();
      second = current;
    }
    current.words.accumulateAndGet(number / Long.SIZE, 1L << number, (word, bit) -> word | bit);
  }

  /** Returns whether one of some numbers that follow each other was refused. */
  boolean containsAnyOf(int first, int count) {
    Second current = second;
    if (current == null) {
      return false;
    }
    int last = Math.min(first + count - 1, PortRange.HIGHEST_PORT);
    for (int number = first; number <= last; number++) {
      if ((current.words.get(number / Long.SIZE) & 1L << number) != 0) {
        return true;
      }
    }
    return false;
  }
}
