package io.freeport;

import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.internal.handoff.PortConflict;
import io.freeport.internal.handoff.PortExchange;
import io.freeport.internal.handoff.PortLife;
import io.freeport.internal.search.PortSearch;
import io.freeport.spi.PortHandover;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A port that a bound socket keeps for its consumer: a server of this process, a child process, a
 * container.
 *
 * <p><strong>Life.</strong> The port begins {@linkplain PortState#HELD held}: nobody else can bind
 * it. {@link #offer()} opens it to the consumer while the hold stays; {@link #confirm()} or {@link
 * #awaitTaken(Duration)} lets go of it as soon as the consumer has it; {@link #close()} ends it. At
 * no moment before the consumer has it does a TCP port belong to nobody.
 *
 * <pre>{@code
 * try (HeldPort port = allocator.hold("web")) {
 *   port.offer();
 *   start("my-server", "--port=" + port.number());
 *   port.awaitTaken(Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>Where the machine does not let two sockets share a port ({@link HandoffMode#CLOSE_THEN_BIND}),
 * and for UDP everywhere, the hold is closed by {@code offer()}. Then somebody else may be faster
 * than the consumer, whose own bind fails in that case: {@link PortAllocator#startOn} tries again
 * with another number.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread. Each changes the state
 * atomically; only {@link #awaitTaken} and {@link PortHandover#start} take several steps, between
 * which other threads can get in. Listeners, consumers and diagnosis run without a lock, so events
 * of several threads may be told in another order than they happened.
 *
 * <p><strong>Cleanup.</strong> The sockets are closed by {@link #close()}, by the allocator's, and
 * by the operating system when the JVM ends, however it ends.
 *
 * @since 0.1.0
 */
public final class HeldPort implements AutoCloseable {

  private static final Duration LONGEST_WAIT = Duration.ofNanos(Long.MAX_VALUE); // 292 years
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final PortLife life;
  private final PortSearch search;
  private final PortEvents events;

  /** The ports of the allocator that are not released. */
  private final Set<HeldPort> registered;

  HeldPort(PortLife life, PortSearch search, PortEvents events, Set<HeldPort> registered) {
    this.life = life;
    this.search = search;
    this.events = events;
    this.registered = registered;
  }

  /**
   * Returns the number of the port, also after its release. It changes only if the port is
   * {@linkplain PortHandover#exchange() exchanged}.
   *
   * @return the number, from 1 to 65535
   */
  public int number() {
    return life.number();
  }

  /**
   * Returns the name that the port was requested with.
   *
   * @return the name; empty if there was none
   */
  public String name() {
    return life.request().name();
  }

  /**
   * Returns the request that the port satisfies.
   *
   * @return the request
   */
  public PortRequest request() {
    return life.request();
  }

  /**
   * Returns the tier of the request in which the port was found.
   *
   * @return the tier
   */
  public PortTier tier() {
    return life.tier();
  }

  /**
   * Returns where a client finds the port: on the address that it is held on, or on the loopback
   * address if it is held on all.
   *
   * @return address and number
   */
  public InetSocketAddress socketAddress() {
    return life.socketAddress();
  }

  /**
   * Returns the current state. Another thread may change it at any time.
   *
   * @return the state at the time of the call
   */
  public PortState state() {
    return life.state();
  }

  /**
   * Opens the port to its consumer. In the shared mode the hold stays, and a socket that sets
   * {@code SO_REUSEADDR} and asks for this very number gets it: Java's server sockets, Netty, Go's
   * listeners, Docker's published ports. Call it as late as possible: another process that asks for
   * this very number in that way gets it too.
   *
   * <p>An offered port stays as it is. A port that was taken is {@linkplain #reclaim() reclaimed}
   * first.
   *
   * @throws IllegalStateException if the port is released
   * @throws PortUnavailableException if the port was taken and somebody still has it
   */
  public void offer() {
    offer(null);
  }

  private void offer(@Nullable HandoffMode mode) {
    PortState before = life.offer(mode);
    if (before == null) {
      throw taken();
    }
    if (before == PortState.TAKEN) {
      events.fire(life, PortEvent.Type.RECLAIMED);
    }
    if (before != PortState.OFFERED) {
      events.fire(life, PortEvent.Type.OFFERED);
    }
  }

  /**
   * Lets go of the port if its consumer has it by now. No connection is made to find out. Who has
   * it cannot be told in this way: if the port was open to others ({@link
   * HandoffMode#CLOSE_THEN_BIND}, UDP), make sure that the consumer's own bind succeeded.
   *
   * @return whether the port is {@linkplain PortState#TAKEN taken}
   * @throws IllegalStateException if the port is released, or was not offered
   */
  public boolean confirm() {
    PortState before = life.confirm();
    if (before == PortState.OFFERED) {
      events.fire(life, PortEvent.Type.TAKEN);
    }
    return before != null;
  }

  /**
   * Waits until the consumer has the port, and lets go of it.
   *
   * @param timeout how long to wait at most
   * @throws PortHandoffException if nobody has it when the time is over, or if the waiting thread
   *     is interrupted; the port then is still offered
   * @throws IllegalStateException if the port is released, now or while this waits, or was not
   *     offered
   */
  public void awaitTaken(Duration timeout) {
    long start = System.nanoTime();
    long limit = timeout.compareTo(LONGEST_WAIT) < 0 ? timeout.toNanos() : LONGEST_WAIT.toNanos();
    long pause = FIRST_PAUSE_NANOS;
    while (!confirm()) {
      if (System.nanoTime() - start >= limit) {
        throw new PortHandoffException(
            this
                + ": nobody listened on it within "
                + timeout.toMillis()
                + " ms. Does its consumer use this number, and does it run on this host, in this network namespace?");
      }
      LockSupport.parkNanos(pause);
      if (Thread.currentThread().isInterrupted()) {
        throw new PortHandoffException(this + ": the wait for its consumer was interrupted.");
      }
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
  }

  /**
   * Takes the port back after its consumer has stopped. It then is {@linkplain PortState#HELD held}
   * by this process alone; while former connections are in TIME_WAIT, or if the hold was
   * {@linkplain PortRequest.Builder#keep() kept}, it is {@linkplain PortState#OFFERED offered} at
   * once.
   *
   * @throws IllegalStateException if the port is not taken
   * @throws PortUnavailableException if somebody has the port
   */
  public void reclaim() {
    if (!life.reclaim()) {
      throw taken();
    }
    events.fire(life, PortEvent.Type.RECLAIMED);
  }

  private PortUnavailableException taken() {
    PortDiagnosis diagnosis = PortDiagnosis.of(number(), request().protocol());
    long pid = ProcessHandle.current().pid();
    if (diagnosis.occupants().stream().noneMatch(occupant -> occupant.pid().orElse(0) == pid)) {
      events.fire(life, PortEvent.Type.STOLEN);
    }
    return new PortUnavailableException(
        "Cannot hold "
            + this
            + " again: somebody has it. Stop its former consumer first; if that has ended, another process took the port. "
            + diagnosis.describe(),
        List.of(number()));
  }

  /**
   * Returns what modules need to hand the port over to consumers of their kind.
   *
   * @return the handover of this port
   */
  public PortHandover handover() {
    return Handover.of(this);
  }

  /**
   * Releases the port, whatever its state. Releasing it again does nothing.
   *
   * @throws PortLeakException if its consumer still listens, and {@link LeakPolicy#FAIL} is
   *     configured; the port is released nevertheless
   */
  @Override
  public void close() {
    int number = number();
    boolean leaked = false;
    boolean released;
    try {
      // While an offered port is still held: afterwards the listener could be somebody else's.
      leaked = events.reportsLeaks() && life.hasListener();
    } finally {
      released = release();
    }
    if (released && leaked && number == number()) {
      events.leaked(life);
    }
  }

  /** Releases the port of a consumer that did not start, or that others use. */
  boolean release() {
    boolean released = life.release();
    if (released) {
      registered.remove(this);
      events.fire(life, PortEvent.Type.RELEASED);
    }
    return released;
  }

  PortLife life() {
    return life;
  }

  /** Returns number, name and state, for messages. */
  @Override
  public String toString() {
    return life.toString();
  }

  private static final class Handover implements PortHandover {

    private final HeldPort port;
    private final PortLife life;

    private Handover(HeldPort port) {
      this.port = port;
      this.life = port.life;
    }

    /** Here, so that the types are loaded only for ports that are handed over in this way. */
    static PortHandover of(HeldPort port) {
      return new Handover(port);
    }

    @Override
    public void offer(HandoffMode mode) {
      port.offer(mode);
    }

    @Override
    public <T, E extends Exception> T start(Start<T, E> start) throws E {
      if (port.state() != PortState.TAKEN) {
        port.offer();
      }
      try {
        return start.start();
      } catch (Exception e) {
        if (!PortConflict.isCauseOf(e) || !life.dropHold()) {
          throw e;
        }
      }
      try {
        return start.start();
      } catch (Throwable e) {
        try {
          life.restoreHold();
        } catch (RuntimeException notHeld) {
          e.addSuppressed(notHeld);
        }
        throw e;
      }
    }

    @Override
    public void retainHold() {
      life.retainHold();
    }

    @Override
    public boolean isInUse() {
      return life.isInUse();
    }

    @Override
    public void exchange() {
      PortExchange.run(
          life,
          (request, without) ->
              port.events.hold(port.search, request, without, port.registered.size()),
          port.events::fire);
    }
  }
}
