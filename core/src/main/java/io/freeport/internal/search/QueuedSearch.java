package io.freeport.internal.search;

import io.freeport.PortRequest;
import io.freeport.PortUnavailableException;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.queue.PortQueue;
import io.freeport.internal.queue.Wish;
import io.freeport.spi.WaitGuard;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * A search for a request that waits until its ports are free. It tries again and again, since the
 * release of a port by another process cannot be awaited, with pauses between the attempts, and in
 * the order of the {@link PortQueue}.
 */
public final class QueuedSearch {

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long EARLY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** A look costs a millisecond. So a pause grows to this part of the time waited so far. */
  private static final int PART_OF_WAIT = 10;

  private static final Duration LONGEST_WAIT = Duration.ofDays(36_500);

  private final PortSearch search;
  private final OwnerRegistry registry;
  private final PortQueue queue;
  private final BooleanSupplier closed;
  private final IntSupplier held;

  /**
   * @param closed whether the allocator is closed, which ends the wait
   * @param held how many ports the allocator holds, for the message
   */
  public QueuedSearch(
      PortSearch search,
      OwnerRegistry registry,
      PortQueue queue,
      BooleanSupplier closed,
      IntSupplier held) {
    this.search = search;
    this.registry = registry;
    this.queue = queue;
    this.closed = closed;
    this.held = held;
  }

  /**
   * Holds all ports of a request, or none.
   *
   * @param without numbers that must not be returned
   * @param longest how long to wait at most
   * @param guard may end the wait
   * @return as many ports as the request counts; none if the allocator was closed meanwhile
   * @throws PortUnavailableException if they cannot be had in time, if waiting cannot help, or if
   *     this thread is interrupted while it waits
   */
  public List<FoundPort> hold(
      PortRequest request, Set<Integer> without, Duration longest, WaitGuard guard) {
    Set<Integer> refused = new HashSet<>();
    boolean isFirst = queue.isEmpty(registry);
    if (isFirst) {
      Optional<List<FoundPort>> found = attempt(request, without, true, refused);
      if (found.isPresent()) {
        return found.get();
      }
      if (refused.isEmpty()) {
        return search.hold(request, without, held.getAsInt()); // it says why waiting cannot help
      }
    }
    BitSet numbers = search.numbers(request);
    without.forEach(numbers::clear);
    Wish wish = Wish.of(request, numbers);
    Duration limit = longest.compareTo(LONGEST_WAIT) < 0 ? longest : LONGEST_WAIT;
    boolean isTimeOver = false;
    int earlier = 0;
    try (PortQueue.Place place = queue.join(wish, registry, limit, guard.keepsPorts())) {
      long start = System.nanoTime();
      long pause = FIRST_PAUSE_NANOS;
      boolean isTried = isFirst;
      while (!isTimeOver) {
        long begin = System.nanoTime();
        BitSet kept = place.keptBack();
        refused.clear();
        if (kept.isEmpty() || !kept.equals(numbers)) {
          Optional<List<FoundPort>> found =
              attempt(request, plus(without, kept), !isTried, refused);
          if (found.isPresent()) {
            return found.get();
          }
          isTried = true;
        }
        if ((refused.isEmpty() && kept.isEmpty()) || !guard.mayWait(Set.copyOf(refused))) {
          break;
        }
        long waited = System.nanoTime() - start;
        long left = limit.toNanos() - waited;
        isTimeOver = left <= 0;
        earlier = isTimeOver ? place.countEarlier() : 0;
        if (!isTimeOver) {
          // An attempt at thousands of numbers takes long, and should not be all that is done.
          place.pause(Math.max(pause, System.nanoTime() - begin), left);
          long longestNow = Math.max(EARLY_PAUSE_NANOS, waited / PART_OF_WAIT);
          pause = Math.min(2 * pause, Math.min(longestNow, LONGEST_PAUSE_NANOS));
        }
        if (closed.getAsBoolean()) {
          return List.of();
        }
        if (Thread.currentThread().isInterrupted()) {
          throw NoPortMessage.interrupted(request, wish.ranges(), place.countEarlier());
        }
      }
    }
    // Without the place: to find out who has the ports may take seconds.
    try {
      return search.hold(request, without, held.getAsInt());
    } catch (PortUnavailableException e) {
      throw isTimeOver ? NoPortMessage.afterWait(e, limit, wish.ranges(), earlier) : e;
    }
  }

  private Optional<List<FoundPort>> attempt(
      PortRequest request, Set<Integer> without, boolean first, Set<Integer> refused) {
    return search.tryToHold(request, without, held.getAsInt(), first, refused);
  }

  private static Set<Integer> plus(Set<Integer> without, BitSet kept) {
    if (kept.isEmpty()) {
      return without;
    }
    Set<Integer> all = new HashSet<>(without);
    kept.stream().forEach(all::add);
    return all;
  }
}
