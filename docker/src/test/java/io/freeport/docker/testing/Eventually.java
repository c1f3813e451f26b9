package io.freeport.docker.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Asks until the answer is yes, for what can only be asked for. */
public final class Eventually {

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private Eventually() {}

  public static void holds(String what, Callable<Boolean> question) throws Exception {
    holds(what, LONGEST_WAIT, question);
  }

  public static void holds(String what, Duration longest, Callable<Boolean> question)
      throws Exception {
    long start = System.nanoTime();
    while (!question.call()) {
      if (System.nanoTime() - start > longest.toNanos()) {
        throw new AssertionError("Not within " + longest + ": " + what);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
