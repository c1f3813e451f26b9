package io.freeport;

import io.freeport.internal.handoff.ChildListener;
import io.freeport.internal.handoff.OwnHoldText;
import io.freeport.internal.handoff.PortConflict;
import io.freeport.internal.handoff.PortLife;
import io.freeport.internal.os.InheritedSockets;
import io.freeport.spi.PortHandover.Start;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One start of a consumer on a port: beside the hold and, if the consumer cannot listen there, once
 * more without the hold.
 */
final class ConsumerAttempt<T, E extends Exception> {

  private static final Duration LONGEST_WAIT = Duration.ofNanos(Long.MAX_VALUE); // 292 years
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /**
   * For a consumer that has listened beside the hold before: somebody else had the port for a
   * moment.
   */
  private static final int REPETITIONS = 3;

  private final PortLife life;
  private final BooleanSupplier confirm;
  private final Duration timeout;
  private final boolean mustListen;
  private final Start<T, E> start;

  /**
   * Prepares a start.
   *
   * @param life the port, which is offered
   * @param confirm lets go of the port if somebody has it
   * @param timeout how long to wait for the consumer
   * @param mustListen whether the consumer has to have its port when the time is over; if not, only
   *     a process is waited for, because it may end for want of its port
   */
  ConsumerAttempt(
      PortLife life,
      BooleanSupplier confirm,
      Duration timeout,
      boolean mustListen,
      Start<T, E> start) {
    this.life = life;
    this.confirm = confirm;
    this.timeout = timeout;
    this.mustListen = mustListen;
    this.start = start;
  }

  /** Starts the consumer, and waits for it. */
  T run() throws E {
    for (int left = REPETITIONS; ; left--) {
      try {
        return startAndWait();
      } catch (Exception e) {
        if (!mayBeDueToPort(e) || life.isInUse()) {
          throw e;
        }
        if (life.dropHold()) {
          awaitEndOfCopies(life);
        } else if (left == 0 || !life.hasShared()) {
          throw e;
        }
      }
    }
  }

  private boolean mayBeDueToPort(Exception e) {
    return e instanceof EndedProcess ended
        ? ended.status != 0
        : PortConflict.isCauseOf(e)
            && PortConflict.portNamedIn(e).orElse(life.number()) == life.number();
  }

  /** Waits until a hold that was closed is so in child processes that are being started, too. */
  static void awaitEndOfCopies(PortLife life) {
    InheritedSockets inherited = new InheritedSockets();
    boolean isTaken = life.isInUse();
    while (isTaken && inherited.pause()) {
      isTaken = life.isInUse();
    }
  }

  private T startAndWait() throws E {
    T started = start.startOn(life.number());
    if (!mustListen && !(started instanceof Process)) {
      return started;
    }
    try {
      if (!isThereInTime(life, waitFor(started), timeout) && mustListen) {
        throw nobody(life, timeout);
      }
    } catch (Throwable e) {
      stop(started, e);
      throw e;
    }
    return started;
  }

  private BooleanSupplier waitFor(T started) {
    if (!(started instanceof Process process)) {
      return confirm;
    }
    ChildListener listener = new ChildListener(life.request(), process);
    return () -> hasItsPort(process, listener);
  }

  /** A process that ended well may have left a server behind, as {@code pg_ctl start} does. */
  private boolean hasItsPort(Process process, ChildListener listener) {
    boolean hasEnded = !process.isAlive(); // before the look at the port
    boolean mayHavePort = !hasEnded || process.exitValue() == 0;
    if (mayHavePort
        && life.hasConsumer()
        && !listener.isSomebodyElse(life.number())
        && confirm.getAsBoolean()) {
      return true;
    }
    if (hasEnded) {
      throw new EndedProcess(life, process.exitValue());
    }
    return false;
  }

  /**
   * Waits until a consumer is there.
   *
   * @throws PortHandoffException if it is not when the time is over, or if the waiting thread is
   *     interrupted
   */
  static void await(PortLife life, BooleanSupplier isThere, Duration timeout) {
    if (!isThereInTime(life, isThere, timeout)) {
      throw nobody(life, timeout);
    }
  }

  private static PortHandoffException nobody(PortLife life, Duration timeout) {
    return new PortHandoffException(
        life
            + ": nobody listened on it within "
            + timeout.toMillis()
            + " ms. Does its consumer use this number, and does it run on this host, in this network namespace?"
            + (life.isWithoutHold() ? "" : OwnHoldText.of(life.state())));
  }

  /** Returns a time limit as {@link System#nanoTime()} counts it, however long it is. */
  static long nanos(Duration timeout) {
    return timeout.compareTo(LONGEST_WAIT) < 0 ? timeout.toNanos() : LONGEST_WAIT.toNanos();
  }

  private static boolean isThereInTime(PortLife life, BooleanSupplier isThere, Duration timeout) {
    long start = System.nanoTime();
    long limit = nanos(timeout);
    long pause = FIRST_PAUSE_NANOS;
    while (!isThere.getAsBoolean()) {
      if (System.nanoTime() - start >= limit) {
        return false;
      }
      LockSupport.parkNanos(pause);
      if (Thread.currentThread().isInterrupted()) {
        throw new PortHandoffException(life + ": the wait for its consumer was interrupted.");
      }
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
    return true;
  }

  /** The caller never sees the consumer, so it is stopped here. */
  private static void stop(Object started, Throwable failure) {
    try {
      if (started instanceof Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      } else if (started instanceof AutoCloseable closeable) {
        closeable.close();
      }
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  /** The consumer is a process that ended and does not listen. */
  private static final class EndedProcess extends PortHandoffException {

    private static final long serialVersionUID = 1L;

    private final int status;

    EndedProcess(PortLife life, int status) {
      super(life + ": its process ended with status " + status + " and does not listen on it.");
      this.status = status;
    }
  }
}
