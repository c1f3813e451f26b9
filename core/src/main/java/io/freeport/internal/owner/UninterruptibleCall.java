package io.freeport.internal.owner;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs a task in a thread that nobody else knows of, and so nobody interrupts. A {@link
 * java.nio.channels.FileChannel} closes itself when a thread that works with it is interrupted, as
 * tests are when their time is over; and closing the owner file gives up its lock.
 */
final class UninterruptibleCall {

  private UninterruptibleCall() {}

  /** Waits for the result, also in an interrupted thread, which stays interrupted. */
  static <T> T call(Callable<T> task) throws IOException {
    FutureTask<T> future = new FutureTask<>(task);
    Thread thread = new Thread(null, future, "freeport-owner-file", 0, false);
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError noThread) {
      throw new IOException("The operating system gives no thread", noThread);
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
