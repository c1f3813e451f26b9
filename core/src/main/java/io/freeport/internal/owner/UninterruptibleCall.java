package io.freeport.internal.owner;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs tasks in a thread that nobody else knows, so nobody can interrupt it. A {@link
 * java.nio.channels.FileChannel} closes itself when a thread that uses it is interrupted, as tests
 * are when their time is over; and closing the owner file gives up its lock.
 *
 * <p>One thread runs all tasks, since tests that wait for a port have many. It ends when it has
 * nothing to do for a second.
 */
final class UninterruptibleCall {

  private static final ThreadPoolExecutor EXECUTOR =
      new ThreadPoolExecutor(
          1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), UninterruptibleCall::newThread);

  static {
    EXECUTOR.allowCoreThreadTimeOut(true);
  }

  private UninterruptibleCall() {}

  private static Thread newThread(Runnable tasks) {
    Thread thread = new Thread(null, tasks, "freeport-owner-file", 0, false);
    thread.setDaemon(true);
    // Otherwise that of the test that comes first, which could not be unloaded.
    thread.setContextClassLoader(UninterruptibleCall.class.getClassLoader());
    return thread;
  }

  /** Waits for the result, also in an interrupted thread, which stays interrupted. */
  static <T> T call(Callable<T> task) throws IOException {
    Future<T> future;
    try {
      future = EXECUTOR.submit(task);
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
