package io.freeport.internal.handoff;

import io.freeport.PortRequest;
import io.freeport.Protocol;
import io.freeport.internal.hold.PortUse;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A consumer that listens on its port while that is being released. It is a leak if it stays.
 *
 * <p>It may be about to go: a server socket that another thread closes goes on listening until the
 * thread in {@code accept} has woken up, and a channel until its selector comes round. So it gets a
 * moment.
 */
public final class LateConsumer {

  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Releases that follow each other so closely are those of one scope. */
  private static final long TOGETHER_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** When a thread has waited in vain. */
  private record Wait(long start, long end) {}

  /** The last one of this thread. */
  private static final ThreadLocal<@Nullable Wait> IN_VAIN = new ThreadLocal<>();

  private final PortRequest request;
  private final InetSocketAddress where;
  private final Set<Long> sockets;
  private final long heldSince;
  private final long seenAt = System.nanoTime();

  private LateConsumer(
      PortRequest request, InetSocketAddress where, Set<Long> sockets, long heldSince) {
    this.request = request;
    this.where = where;
    this.sockets = sockets;
    this.heldSince = heldSince;
  }

  /** Has this class loaded while its file can be opened: a port may close when no file can be. */
  static void load() {
    PortUse.load();
  }

  /**
   * Returns who listens on a port, if somebody does. Connects to it. Once the hold is closed,
   * another process may have taken the port after the consumer had stopped; one with FreePort has
   * it on record.
   *
   * @param where where a client finds the port
   * @param heldSince when the port was allocated, by {@link System#nanoTime}
   * @return null also if that cannot be found out
   */
  static @Nullable LateConsumer of(
      PortRequest request, InetSocketAddress where, OwnerRegistry registry, long heldSince) {
    try {
      return request.protocol().hasTcp()
              && isAccepting(request, where)
              && !registry.isRecordedTwice(where.getPort())
          ? new LateConsumer(
              request, where, PortUse.listeners(request.address(), where.getPort()), heldSince)
          : null;
    } catch (IOException cannotTell) {
      return null;
    }
  }

  /**
   * Returns whether the system's table identifies the sockets of the consumer. Then it can be told
   * from somebody else who listens on the port later.
   */
  public boolean isIdentified() {
    return !sockets.isEmpty();
  }

  /**
   * Waits until the consumer has gone, for up to half a second. Ports that a thread releases one
   * right after the other have one wait: their consumers had the time of the first one.
   *
   * @return whether the consumer is still there
   */
  public boolean stays() {
    Wait before = IN_VAIN.get();
    long patience = before != null && hadTheTimeOf(before) ? 0 : PATIENCE_NANOS;
    long pause = FIRST_PAUSE_NANOS;
    while (isThere()) {
      long now = System.nanoTime();
      if (now - seenAt >= patience) {
        IN_VAIN.set(new Wait(patience == 0 && before != null ? before.start() : seenAt, now));
        return true;
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
    return false;
  }

  /**
   * A port that was allocated later belongs to something that began later, such as another test.
   */
  private boolean hadTheTimeOf(Wait before) {
    return heldSince - before.start() < 0 && seenAt - before.end() < TOGETHER_NANOS;
  }

  /** Returns when the consumer has had its moment, by {@link System#nanoTime}. */
  long due() {
    return seenAt + PATIENCE_NANOS;
  }

  boolean isThere() {
    if (isIdentified()) {
      return !Collections.disjoint(sockets, PortUse.listeners(request.address(), where.getPort()));
    }
    try {
      return isAccepting(request, where);
    } catch (IOException cannotTell) {
      return false;
    }
  }

  private static boolean isAccepting(PortRequest request, InetSocketAddress where)
      throws IOException {
    return PortUse.isTaken(Protocol.TCP, request.address(), where.getPort())
        && PortUse.accepts(where);
  }
}
