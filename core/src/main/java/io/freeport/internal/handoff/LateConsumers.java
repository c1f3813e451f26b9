package io.freeport.internal.handoff;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The consumers of this JVM that are looked at once more after the release of their ports. So a
 * leak costs those who release ports no time. One thread does it for all. It ends when none is
 * left, and the JVM does not end before, unless it is told to exit.
 */
public final class LateConsumers {

  private static final LateConsumers OF_THIS_JVM = new LateConsumers();

  private record Look(LateConsumer consumer, Runnable leaked) {}

  // Guarded by this.
  private final Queue<Look> looks = new ArrayDeque<>();

  private LateConsumers() {}

  /**
   * Has another thread look again when a consumer has had its moment.
   *
   * @param consumer one that is identified: somebody else may listen on the port by then
   * @param leaked called by that thread if the consumer is still there
   */
  public static void ifItStays(LateConsumer consumer, Runnable leaked) {
    OF_THIS_JVM.add(new Look(consumer, leaked));
  }

  /** Waits until all consumers that were there so far have been looked at again, or gone. */
  public static void await() {
    OF_THIS_JVM.awaitLast();
  }

  private synchronized void add(Look look) {
    looks.add(look);
    if (looks.size() == 1) {
      Thread thread = new Thread(this::work, "freeport-leaks");
      thread.setDaemon(false);
      thread.start();
    }
  }

  private void work() {
    for (Look look = next(); look != null; look = afterThat()) {
      for (long left = left(look); left > 0; left = left(look)) {
        LockSupport.parkNanos(left);
      }
      try {
        if (look.consumer().isThere()) {
          look.leaked().run();
        }
      } catch (RuntimeException | Error e) { // a listener's: the others are reported nevertheless
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      }
    }
  }

  private static long left(Look look) {
    return look.consumer().due() - System.nanoTime();
  }

  private synchronized @Nullable Look next() {
    return looks.peek();
  }

  /** The one that is done is removed only now, so whoever waits waits for its report too. */
  private synchronized @Nullable Look afterThat() {
    looks.remove();
    if (looks.isEmpty()) {
      notifyAll();
    }
    return looks.peek();
  }

  private synchronized void awaitLast() {
    try {
      while (!looks.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
