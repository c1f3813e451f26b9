package io.freeport.internal.search;

import io.freeport.PortRange;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Numbers that the kernel has refused, since up to a second ago. They are tried after all others:
 * in a range that is nearly full, each allocation would else be refused twenty times before it
 * comes upon a port that is free, again and again by the same ones.
 *
 * <p>Only the order in which numbers are tried depends on it, and nothing is taken or left out
 * because of it. So it does not matter that two threads may begin a second at the same time, of
 * which one is forgotten with what is in it, or that one ends in the middle of a search.
 */
public final class RecentRefusals {

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
