package io.freeport.docker.internal.lease;

import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A stream of one byte now and then, until it is closed: proxies cut connections that are silent.
 */
final class Heartbeat extends InputStream {

  private final Duration interval;
  private final CountDownLatch closed = new CountDownLatch(1);

  Heartbeat(Duration interval) {
    this.interval = interval;
  }

  @Override
  public int read() {
    try {
      return closed.await(interval.toMillis(), TimeUnit.MILLISECONDS) ? -1 : '.';
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  /** A byte at a time: one has to be sent as soon as it is there. */
  @Override
  public int read(byte[] target, int offset, int length) {
    int next = length == 0 ? 0 : read();
    if (next > 0) {
      target[offset] = (byte) next;
    }
    return Math.min(next, 1);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
