package io.freeport.junit5;

import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;

/**
 * Lets a test wait for others of its run. JUnit's pool does not promise to run as many tests at
 * once as it has threads, and on JDK 17 now and then it does not; but for one that is known to wait
 * it starts another thread.
 */
final class InPool {

  private InPool() {}

  static <T> T await(Callable<T> wait) throws Exception {
    FutureTask<T> task = new FutureTask<>(wait);
    ForkJoinPool.managedBlock(
        new ForkJoinPool.ManagedBlocker() {
          @Override
          public boolean block() {
            task.run();
            return true;
          }

          @Override
          public boolean isReleasable() {
            return task.isDone();
          }
        });
    return task.get();
  }
}
