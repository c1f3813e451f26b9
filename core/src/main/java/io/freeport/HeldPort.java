package io.freeport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A port that a bound socket keeps for its consumer: a server of this process, a child process, a
 * container.
 *
 * <p><strong>Life.</strong> The port starts out {@linkplain PortState#HELD held}: nobody else can
 * bind it. {@link #offer()} opens it to the consumer while the hold stays; {@link #confirm()} or
 * {@link #awaitTaken(Duration)} lets go of it as soon as the consumer has it; {@link #close()} ends
 * it. At no moment before the consumer has it does a TCP port belong to nobody.
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
 * than the consumer, whose own bind fails in that case: {@link PortAllocator#startOn} sees to that
 * with another number.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread; each is atomic.
 *
 * <p><strong>Cleanup.</strong> The sockets are closed by {@link #close()}, by the allocator's, and
 * by the operating system when the JVM ends, however it ends.
 *
 * @since 0.1.0
 */
public final class HeldPort implements AutoCloseable {

  /** What can be counted in nanoseconds: 292 years. */
  private static final Duration LONGEST_WAIT = Duration.ofNanos(Long.MAX_VALUE);

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final int number;
  private final PortTier tier;
  private final PortRequest request;
  private final PortAllocator allocator;
  private final LedgerEntry record;
  private final long heldSince = System.nanoTime();

  // Guarded by this. There is a hold in the state HELD, in OFFERED and TAKEN it depends on the
  // mode, in RELEASED there is none.
  private PortState state = PortState.HELD;
  private HandoffMode mode;
  private @Nullable Hold hold;

  HeldPort(
      int number,
      PortTier tier,
      PortRequest request,
      Hold hold,
      LedgerEntry record,
      PortAllocator allocator) {
    this.number = number;
    this.tier = tier;
    this.request = request;
    this.hold = hold;
    this.record = record;
    this.mode = allocator.handoffMode();
    this.allocator = allocator;
  }

  /**
   * Returns the port's number, also after its release.
   *
   * @return the number, from 1 to 65535
   */
  public int number() {
    return number;
  }

  /**
   * Returns the name that the port was asked for with.
   *
   * @return the name; empty if there was none
   */
  public String name() {
    return request.name();
  }

  /**
   * Returns the request that the port satisfies.
   *
   * @return the request
   */
  public PortRequest request() {
    return request;
  }

  /**
   * Returns in which tier of its request the port was found.
   *
   * @return the tier
   */
  public PortTier tier() {
    return tier;
  }

  /**
   * Returns where a client finds the port: on the address that it is held on, or on the loopback
   * address if it is held on all.
   *
   * @return address and number
   */
  public InetSocketAddress socketAddress() {
    InetAddress address = request.address();
    return new InetSocketAddress(
        address == null || address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address,
        number);
  }

  /**
   * Returns where in its life the port is. Another thread may move it on at any time.
   *
   * @return the state at the time of the call
   */
  public synchronized PortState state() {
    return state;
  }

  /**
   * Opens the port to its consumer. In the shared mode the hold stays, and a socket that sets
   * {@code SO_REUSEADDR} and asks for this very number gets it: Java's server sockets, Netty, Go's
   * listeners, Docker's published ports. Call it as late as possible: who else asks for this very
   * number in that way gets it too.
   *
   * <p>An offered port stays as it is. A port that was taken is {@linkplain #reclaim() reclaimed}
   * first.
   *
   * @throws IllegalStateException if the port is released
   * @throws PortUnavailableException if the port was taken and somebody still has it
   */
  public void offer() {
    boolean wasTaken;
    boolean held = true;
    synchronized (this) {
      wasTaken = state == PortState.TAKEN;
      switch (state) {
        case OFFERED -> {
          return;
        }
        case TAKEN -> held = holdAgain();
        case RELEASED -> throw released("offered");
        case HELD -> {}
      }
      if (state == PortState.HELD) {
        open();
        moveTo(PortState.OFFERED);
      }
    }
    if (!held) {
      throw taken();
    }
    if (wasTaken) {
      tell(PortEvent.Type.RECLAIMED);
    }
    tell(PortEvent.Type.OFFERED);
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
    synchronized (this) {
      switch (state) {
        case HELD ->
            throw new IllegalStateException(
                this
                    + " was not offered, so nobody can listen on it. Call offer() before its consumer starts.");
        case TAKEN -> {
          return true;
        }
        case RELEASED -> throw released("confirmed");
        case OFFERED -> {}
      }
      if (!isTaken()) {
        return false;
      }
      moveTo(PortState.TAKEN);
      if (!request.isKept()) {
        letGo();
      }
    }
    tell(PortEvent.Type.TAKEN);
    return true;
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
    boolean held;
    synchronized (this) {
      if (state == PortState.RELEASED) {
        throw released("reclaimed");
      }
      if (state != PortState.TAKEN) {
        throw new IllegalStateException(
            this + " is held anyway. Reclaim it after its consumer took it and has stopped.");
      }
      held = holdAgain();
    }
    if (!held) {
      throw taken();
    }
    tell(PortEvent.Type.RECLAIMED);
  }

  /**
   * Releases the port, whatever its state. Releasing it again does nothing.
   *
   * @throws PortLeakException if its consumer still listens, and {@link LeakPolicy#FAIL} is
   *     configured; it is released all the same
   */
  @Override
  public void close() {
    if (release(allocator.leakPolicy() != LeakPolicy.IGNORE)) {
      tell(PortEvent.Type.LEAKED);
      allocator.reportLeak(this);
    }
  }

  /** Releases the port of a consumer that did not start. */
  void releaseUnchecked() {
    release(false);
  }

  private boolean release(boolean checkForLeak) {
    boolean leaked;
    synchronized (this) {
      if (state == PortState.RELEASED) {
        return false;
      }
      // Looked for while an offered port is still held: afterwards it could be somebody else's.
      try {
        leaked = checkForLeak && state != PortState.HELD && hasListener();
      } finally {
        moveTo(PortState.RELEASED);
        letGo();
        allocator.forget(this);
      }
    }
    tell(PortEvent.Type.RELEASED);
    return leaked;
  }

  /**
   * Closes the hold beside which a consumer failed to bind, if it was only the hold that was in its
   * way.
   *
   * @return false if somebody else has the port, or there was no hold
   */
  synchronized boolean giveUpHold() {
    if (state != PortState.OFFERED || hold == null || isTaken()) {
      return false;
    }
    mode = HandoffMode.CLOSE_THEN_BIND;
    letGo();
    return true;
  }

  /**
   * Returns whether the consumer still listens. That somebody has the port is not enough: once the
   * hold is gone it may be another process that took the port after its consumer had stopped, and
   * holds it, or uses it, as we do.
   */
  private boolean hasListener() {
    try {
      return request.protocol().hasTcp()
          && Hold.isTaken(Protocol.TCP, request.address(), number)
          && Hold.accepts(socketAddress())
          && !RegistryOccupantFinder.isOnRecordTwice(number);
    } catch (IOException cannotTell) {
      return false;
    }
  }

  boolean isTaken() {
    try {
      return Hold.isTaken(request.protocol(), request.address(), number);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot tell whether anybody has " + this, e);
    }
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - heldSince);
  }

  private void moveTo(PortState next) {
    state = next;
    if (next == PortState.RELEASED) {
      record.remove();
    } else {
      record.state(next);
    }
  }

  private void tell(PortEvent.Type type) {
    allocator.tell(type, this);
  }

  private void open() {
    Hold held = hold;
    if (held == null) {
      throw new AssertionError(this + " has no hold");
    }
    try {
      held.offer(mode);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot offer " + this, e);
    }
    if (mode == HandoffMode.CLOSE_THEN_BIND) {
      hold = null;
    }
  }

  /** Returns false if somebody has the port. */
  private boolean holdAgain() {
    if (hold != null) { // a kept one: it stood beside the consumer all the time
      if (isTaken()) {
        return false;
      }
      moveTo(PortState.OFFERED);
      return true;
    }
    try {
      hold = Hold.exclusive(request.protocol(), request.address(), number);
      moveTo(PortState.HELD);
      return true;
    } catch (BindException takenOrInTimeWait) {
      return holdDespiteTimeWait();
    } catch (IOException e) {
      throw cannotHoldAgain(e);
    }
  }

  private boolean holdDespiteTimeWait() {
    // Beside another FreePort's offered hold a shared one could be had, and then both would think
    // that the port is theirs.
    if (request.protocol() != Protocol.TCP || !RegistryOccupantFinder.find(number).isEmpty()) {
      return false;
    }
    try {
      hold = Hold.shared(request.address(), number);
      moveTo(PortState.OFFERED);
      if (mode == HandoffMode.CLOSE_THEN_BIND) {
        letGo(); // offered means, in this mode, that nothing is in the consumer's way
      }
      return true;
    } catch (BindException taken) {
      return false;
    } catch (IOException e) {
      throw cannotHoldAgain(e);
    }
  }

  /**
   * Without the lock: whoever is told, or asked who has the port, may take long, or come back to
   * this port.
   */
  private PortUnavailableException taken() {
    PortDiagnosis diagnosis = PortDiagnosis.of(number, request.protocol());
    if (diagnosis.occupants().stream().noneMatch(PortOccupant::isThisProcess)) {
      tell(PortEvent.Type.STOLEN);
    }
    return new PortUnavailableException(
        "Cannot hold "
            + this
            + " again: somebody has it. Stop its former consumer first; if that has ended, another process took the port. "
            + diagnosis.describe(),
        null);
  }

  private PortUnavailableException cannotHoldAgain(IOException e) {
    return new PortUnavailableException("Cannot hold " + this + " again: " + e.getMessage(), e);
  }

  private void letGo() {
    Hold held = hold;
    hold = null;
    if (held != null) {
      try {
        held.close();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot close the hold of " + this, e);
      }
    }
  }

  private IllegalStateException released(String participle) {
    return new IllegalStateException(
        this
            + " cannot be "
            + participle
            + " any more. It was released with its scope, or by close(); use it before that, or hold another one.");
  }

  /** Returns number, name and state, for messages. */
  @Override
  public synchronized String toString() {
    return "Port " + number + (name().isEmpty() ? "" : " \"" + name() + "\"") + " (" + state + ")";
  }
}
