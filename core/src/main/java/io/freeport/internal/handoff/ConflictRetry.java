package io.freeport.internal.handoff;

import io.freeport.PortUnavailableException;

/**
 * Starts something on ports. If that fails because somebody else has one of them, gives the ports
 * other numbers and starts again, a limited number of times.
 */
public final class ConflictRetry {

  /**
   * What is started.
   *
   * @param <T> the result of a start
   * @param <E> how a start may fail
   */
  public interface Attempt<T, E extends Exception> {

    /** Starts on the current numbers. A failed start leaves nothing behind. */
    T start() throws E;

    /** Returns whether a start failed because of a port, so that another number would help. */
    boolean isConflict(Exception failure);

    /**
     * Gives the ports other numbers.
     *
     * @throws PortUnavailableException if there is no other number
     * @throws IllegalStateException if a port was released in the meantime
     */
    void changeNumbers(Exception conflict);
  }

  private ConflictRetry() {}

  /**
   * Returns the result of the first start that succeeds.
   *
   * @param retries the number of further starts after the first one, 0 or more
   * @throws E the failure of the last start
   */
  public static <T, E extends Exception> T run(int retries, Attempt<T, E> attempt) throws E {
    for (int left = retries; ; left--) {
      try {
        return attempt.start();
      } catch (Exception e) {
        if (left <= 0 || !attempt.isConflict(e)) {
          throw e;
        }
        try {
          attempt.changeNumbers(e);
        } catch (PortUnavailableException | IllegalStateException noOther) {
          e.addSuppressed(noOther);
          throw e;
        }
      }
    }
  }
}
