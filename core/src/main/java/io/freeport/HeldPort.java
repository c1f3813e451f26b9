package io.freeport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A TCP port that a bound socket keeps for its consumer: a server of this process, a child process,
 * a container.
 *
 * <p><strong>Life.</strong> The port starts out {@linkplain PortState#HELD held}: nobody else can
 * bind it, on any address of this machine. {@link #offer()} opens it to the consumer while the hold
 * stays; {@link #confirm()} or {@link #awaitTaken(Duration)} lets go of it as soon as the consumer
 * listens; {@link #close()} ends it. At no moment before the consumer listens does the port belong
 * to nobody.
 *
 * <pre>{@code
 * try (HeldPort port = allocator.hold("web")) {
 *   start("my-server", "--port=" + port.number());
 *   port.offer();
 *   port.awaitTaken(Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread; each is atomic.
 *
 * <p><strong>Cleanup.</strong> The socket is closed by {@link #close()}, by the allocator's, and by
 * the operating system when the JVM ends, however it ends.
 *
 * @since 0.1.0
 */
public final class HeldPort implements AutoCloseable {

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final int number;
  private final String name;
  private final Consumer<HeldPort> onRelease;

  // Both guarded by this. There is a hold in the states HELD and OFFERED, and in no other.
  private PortState state = PortState.HELD;
  private @Nullable Hold hold;

  HeldPort(int number, String name, Hold hold, Consumer<HeldPort> onRelease) {
    this.number = number;
    this.name = name;
    this.hold = hold;
    this.onRelease = onRelease;
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
    return name;
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
   * Opens the port to its consumer, while the hold stays. From now on a socket that sets {@code
   * SO_REUSEADDR} and asks for this very number gets it: Java's server sockets, Netty, Go's
   * listeners, Docker's published ports. Call it as late as possible: who else asks for this very
   * number in that way gets it too.
   *
   * <p>An offered port stays as it is. A port that was taken is held again beside its consumer's
   * next start, if nobody listens on it any more.
   *
   * @throws IllegalStateException if the port is released
   * @throws PortUnavailableException if the port was taken and somebody still listens on it
   */
  public synchronized void offer() {
    switch (state) {
      case HELD -> share();
      case OFFERED -> {}
      case TAKEN -> holdAgain();
      case RELEASED -> throw released("offered");
    }
    state = PortState.OFFERED;
  }

  /**
   * Lets go of the port if its consumer listens on it by now. No connection is made to find out.
   *
   * @return whether the port is {@linkplain PortState#TAKEN taken}
   * @throws IllegalStateException if the port is released, or was not offered
   */
  public synchronized boolean confirm() {
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
    try {
      if (!Hold.someoneListens(number)) {
        return false;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot tell whether anybody listens on " + this, e);
    }
    state = PortState.TAKEN;
    letGo();
    return true;
  }

  /**
   * Waits until the consumer listens on the port, and lets go of it.
   *
   * @param timeout how long to wait at most
   * @throws PortHandoffException if nobody listens when the time is over; the port then is still
   *     offered and held
   * @throws IllegalStateException if the port is released, now or while this waits, or was not
   *     offered
   */
  public void awaitTaken(Duration timeout) {
    long start = System.nanoTime();
    long pause = FIRST_PAUSE_NANOS;
    while (!confirm()) {
      if (System.nanoTime() - start >= timeout.toNanos()) {
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

  /** Releases the port, whatever its state. Releasing it again does nothing. */
  @Override
  public void close() {
    synchronized (this) {
      if (state == PortState.RELEASED) {
        return;
      }
      state = PortState.RELEASED;
      letGo();
    }
    onRelease.accept(this);
  }

  private void share() {
    Hold held = hold;
    if (held == null) {
      throw new AssertionError(this + " has no hold");
    }
    try {
      held.share();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot offer " + this, e);
    }
  }

  private void holdAgain() {
    try {
      hold = Hold.shared(number);
    } catch (IOException e) {
      throw new PortUnavailableException("Cannot hold " + this + " again: " + e.getMessage(), e);
    }
    if (hold == null) {
      throw new PortUnavailableException(
          "Cannot hold "
              + this
              + " again: somebody has it. Stop its former consumer first; if that has ended, another process took the port.",
          null);
    }
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
    return "Port " + number + (name.isEmpty() ? "" : " \"" + name + "\"") + " (" + state + ")";
  }
}
