package io.freeport.junit5;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For tests that insist on numbers, which are those from 7451 to 7499. One JVM of this machine has
 * them at a time, so that two builds do not disturb each other; the others wait for a port that
 * stands for all of them.
 */
final class FixedNumbers implements BeforeAllCallback, AfterAllCallback {

  private static final int FOR_ALL = 7450;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  // Guarded by the class.
  private static int classes;
  private static @Nullable ServerSocket socket;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    synchronized (FixedNumbers.class) {
      if (socket == null) {
        socket = bind();
      }
      classes++;
    }
  }

  private static ServerSocket bind() throws IOException {
    long start = System.nanoTime();
    while (true) {
      try {
        return new ServerSocket(FOR_ALL, 1, InetAddress.getLoopbackAddress());
      } catch (BindException anotherBuild) {
        if (System.nanoTime() - start > LIMIT.toNanos()) {
          throw new IllegalStateException(
              "Port " + FOR_ALL + " is taken for " + LIMIT, anotherBuild);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    synchronized (FixedNumbers.class) {
      if (--classes == 0 && socket != null) {
        socket.close();
        socket = null;
      }
    }
  }
}
