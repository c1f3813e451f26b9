package io.freeport;

import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.internal.handoff.PortConflict;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.owner.LedgerEntry;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.spi.PortHandover;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
  private static final long LONGEST_CLOSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final PortRequest request;
  private final PortAllocator allocator;
  private final long heldSince = System.nanoTime();

  /** The ports that follow each other, this one included. */
  private List<HeldPort> block = List.of(this);

  // Written under the lock, read without: they change only when the port is exchanged.
  private volatile int number;
  private volatile PortTier tier;

  // Guarded by this. There is a hold in the state HELD, in OFFERED and TAKEN it depends on the
  // mode, in RELEASED there is none.
  private PortState state = PortState.HELD;
  private HandoffMode mode;
  private boolean kept;
  private @Nullable Hold hold;
  private LedgerEntry record;
  private boolean isOfBuild;
  private Set<Integer> numbersSoFar;

  HeldPort(
      int number,
      PortTier tier,
      PortRequest request,
      @Nullable Hold hold,
      LedgerEntry record,
      PortAllocator allocator) {
    this.number = number;
    this.tier = tier;
    this.request = request;
    this.hold = hold;
    this.record = record;
    this.mode = allocator.handoffMode();
    this.kept = request.isKept();
    this.allocator = allocator;
    this.numbersSoFar = Set.of(number);
  }

  /** Before anybody else sees the port. */
  void isPartOf(List<HeldPort> block) {
    this.block = block;
  }

  /** The hold that could be had is open to a consumer already. */
  synchronized void startOffered() {
    moveTo(PortState.OFFERED);
  }

  /**
   * Makes this one of several holds of a port, in as many JVMs: it is offered if it is held alone,
   * and is taken back beside the others.
   */
  public synchronized void shareWithBuild() {
    isOfBuild = true;
    kept = true;
    if (state == PortState.HELD && hold != null) {
      open();
      moveTo(PortState.OFFERED);
    } else {
      moveTo(PortState.TAKEN);
      holdBeside();
    }
  }

  /** Takes a port of the build back if its consumer has stopped; else nothing happens. */
  public synchronized void holdBeside() {
    if (state != PortState.TAKEN || isInUse()) {
      return;
    }
    try {
      if (hold == null && mode == HandoffMode.SHARED) {
        hold = Hold.shared(request.address(), number);
      }
      moveTo(PortState.OFFERED);
    } catch (BindException somebodyWasFaster) {
      // it stays taken
    } catch (IOException e) {
      throw cannotHoldAgain(e);
    }
  }

  /**
   * Returns the port's number, also after its release. It stays the same unless the port is
   * {@linkplain PortHandover#exchange() exchanged}.
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
    offerBy(null);
  }

  private void offerBy(@Nullable HandoffMode newMode) {
    boolean wasTaken;
    boolean wasOffered;
    boolean held = true;
    synchronized (this) {
      wasTaken = state == PortState.TAKEN;
      wasOffered = state == PortState.OFFERED;
      if (state == PortState.RELEASED) {
        throw released("offered");
      }
      mode = newMode == null ? mode : newMode;
      if (wasTaken) {
        held = holdAgain();
      }
      if (state == PortState.HELD) {
        open();
        moveTo(PortState.OFFERED);
      } else if (state == PortState.OFFERED && mode == HandoffMode.CLOSE_THEN_BIND) {
        letGo(); // of a kept hold, or of one that was offered in the other way
      }
    }
    if (!held) {
      throw taken();
    }
    if (wasTaken) {
      tell(PortEvent.Type.RECLAIMED);
    }
    if (!wasOffered) {
      tell(PortEvent.Type.OFFERED);
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
      if (!isTaken(Hold::isTaken)) {
        return false;
      }
      moveTo(PortState.TAKEN);
      if (!kept) {
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

  private synchronized void retainHold() {
    kept = request.protocol() == Protocol.TCP;
  }

  /**
   * Returns what modules need to hand the port over to consumers of their kind.
   *
   * @return the handover of this port
   */
  public PortHandover handover() {
    return new Handover();
  }

  private final class Handover implements PortHandover {

    @Override
    public void offer(HandoffMode mode) {
      offerBy(mode);
    }

    @Override
    public <T, E extends Exception> T start(Start<T, E> start) throws E {
      if (state() != PortState.TAKEN) {
        HeldPort.this.offer();
      }
      try {
        return start.start();
      } catch (Exception e) {
        if (!PortConflict.isCauseOf(e) || !giveUpHold()) {
          throw e;
        }
      }
      try {
        return start.start();
      } catch (Throwable e) {
        holdAgainAfter(e);
        throw e;
      }
    }

    @Override
    public void retainHold() {
      HeldPort.this.retainHold();
    }

    @Override
    public boolean isInUse() {
      return HeldPort.this.isInUse();
    }

    @Override
    public void exchange() {
      PortExchange.exchange(HeldPort.this, block, allocator);
    }
  }

  synchronized Set<Integer> numbersSoFar() {
    if (state == PortState.RELEASED) {
      throw released("exchanged");
    }
    if (isOfBuild) {
      throw new IllegalStateException(
          this
              + " is that of all JVMs of the build, so it cannot be exchanged. Stop who has it, or let each JVM have its own.");
    }
    return Set.copyOf(numbersSoFar);
  }

  /** Tells of a number that somebody else has, before it is given up. */
  void tellIfStolen() {
    boolean stolen;
    synchronized (this) {
      stolen = state != PortState.HELD && state != PortState.RELEASED && isInUse();
    }
    if (stolen) {
      tell(PortEvent.Type.STOLEN);
    }
  }

  /** Goes on as another port, of which nobody else knows. */
  void become(HeldPort other) {
    int before;
    synchronized (this) {
      if (state == PortState.RELEASED) {
        throw released("exchanged");
      }
      letGo();
      record.remove();
      before = number;
      number = other.number;
      tier = other.tier;
      other.handTo(this);
      state = PortState.HELD;
      numbersSoFar = new HashSet<>(numbersSoFar); // hardly any port gets here
      numbersSoFar.add(number);
    }
    allocator.forget(other);
    allocator.tell(PortEvent.Type.RELEASED, this, before); // the new one was told as HELD
  }

  private synchronized void handTo(HeldPort heir) {
    heir.hold = hold;
    heir.record = record;
    hold = null;
    state = PortState.RELEASED;
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
  public void releaseUnchecked() {
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
   * @return false if somebody else has the port, or there was no hold, or it is one of several
   */
  private synchronized boolean giveUpHold() {
    if (state != PortState.OFFERED || hold == null || isOfBuild || isInUse()) {
      return false;
    }
    mode = HandoffMode.CLOSE_THEN_BIND;
    letGo();
    return true;
  }

  /** Undoes {@link #giveUpHold}, which was of no use. */
  private synchronized void holdAgainAfter(Throwable failure) {
    try {
      if (state == PortState.OFFERED && hold == null && !isInUse()) {
        mode = HandoffMode.SHARED; // in which alone there was a hold to give up
        holdAgain();
      }
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Returns whether the consumer still listens. That somebody has the port is not enough: once the
   * hold is gone it may be another process that took the port after its consumer had stopped, and
   * holds it, or uses it, as we do.
   */
  private boolean hasListener() {
    try {
      return request.protocol().hasTcp()
          && isStillAccepting()
          && !OwnerRegistry.ofThisJvm().isRecordedTwice(number);
    } catch (IOException cannotTell) {
      return false;
    }
  }

  /**
   * A server socket that another thread closes goes on listening until the thread that is blocked
   * in {@code accept} has woken up. That is no leak, so it gets a moment.
   */
  private boolean isStillAccepting() throws IOException {
    long start = System.nanoTime();
    while (Hold.isTaken(Protocol.TCP, request.address(), number) && Hold.accepts(socketAddress())) {
      if (System.nanoTime() - start >= LONGEST_CLOSE_NANOS) {
        return true;
      }
      LockSupport.parkNanos(LONGEST_PAUSE_NANOS);
    }
    return false;
  }

  boolean isInUse() {
    return state() != PortState.HELD && isTaken(Hold::isTakenInPart);
  }

  private boolean isTaken(Look look) {
    try {
      return look.isTaken(request.protocol(), request.address(), number);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot tell whether anybody has " + this, e);
    }
  }

  /** At a port, with or without a hold. */
  private interface Look {
    boolean isTaken(Protocol protocol, @Nullable InetAddress address, int port) throws IOException;
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
    if (isOfBuild) {
      holdBeside();
      return state == PortState.OFFERED;
    }
    if (hold != null) { // a kept one: it stood beside the consumer all the time
      if (isInUse()) {
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
    if (request.protocol() != Protocol.TCP || OwnerRegistry.ofThisJvm().isHeldByAnyone(number)) {
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
        List.of(number));
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
