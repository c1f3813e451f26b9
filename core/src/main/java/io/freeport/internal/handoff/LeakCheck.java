package io.freeport.internal.handoff;

import io.freeport.PortRequest;
import io.freeport.Protocol;
import io.freeport.internal.hold.PortUse;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Finds out whether the consumer of a port still listens. Connects to it, and may wait. */
final class LeakCheck {

  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private LeakCheck() {}

  /** Has this class loaded while its file can be opened: a port may close when no file can be. */
  static void load() {
    PortUse.load();
  }

  /**
   * Returns whether the consumer still listens. Once the hold is closed, another process may have
   * taken the port after the consumer had stopped; one with FreePort has it on record.
   *
   * @param where where a client finds the port
   * @return false also if that cannot be found out
   */
  static boolean hasListener(PortRequest request, InetSocketAddress where, OwnerRegistry registry) {
    try {
      return request.protocol().hasTcp()
          && isStillAccepting(request, where)
          && !registry.isRecordedTwice(where.getPort());
    } catch (IOException cannotTell) {
      return false;
    }
  }

  /**
   * A server socket that another thread closes goes on listening until the thread in {@code accept}
   * has woken up. That is no leak, so it gets a moment.
   */
  private static boolean isStillAccepting(PortRequest request, InetSocketAddress where)
      throws IOException {
    long start = System.nanoTime();
    while (PortUse.isTaken(Protocol.TCP, request.address(), where.getPort())
        && PortUse.accepts(where)) {
      if (System.nanoTime() - start >= PATIENCE_NANOS) {
        return true;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return false;
  }
}
