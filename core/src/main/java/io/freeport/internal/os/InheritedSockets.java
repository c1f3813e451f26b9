package io.freeport.internal.os;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A short wait for child processes that are being started, for one bind that is refused.
 *
 * <p>From the fork to the moment in which it runs its program, a child has copies of all sockets of
 * this JVM. A socket that the JVM closes in the meantime is still bound, and even listens, until
 * the child has closed its copy. That takes milliseconds.
 */
public final class InheritedSockets {

  private static final int PAUSES = 8; // of 1, 2, 4, … ms: a quarter of a second

  private int pauses;

  /**
   * Waits for a moment, which is longer each time.
   *
   * @return whether to try the bind again; false when a quarter of a second is over, or if the
   *     thread is interrupted
   */
  public boolean pause() {
    if (pauses == PAUSES || Thread.currentThread().isInterrupted()) {
      return false;
    }
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1L << pauses));
    pauses++;
    return true;
  }
}
