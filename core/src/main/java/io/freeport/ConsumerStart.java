package io.freeport;

import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.internal.handoff.ConflictRetry;
import io.freeport.internal.handoff.PortConflict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Starts a consumer on a held port; each further attempt is made on another port. */
final class ConsumerStart<T, E extends Exception>
    implements ConflictRetry.Attempt<StartedConsumer<T>, E> {

  private static final Logger LOGGER = System.getLogger(ConsumerStart.class.getName());

  private final Function<Set<Integer>, HeldPort> allocate;
  private final PortEvents events;
  private final PortConsumer<T, E> consumer;
  private final Duration timeout;

  /** Numbers that somebody else took. */
  private final Set<Integer> lost = new HashSet<>();

  private @Nullable Exception lastConflict;

  /**
   * @param allocate holds a port with none of the given numbers
   * @param timeout how long to wait for the consumer
   */
  ConsumerStart(
      Function<Set<Integer>, HeldPort> allocate,
      PortEvents events,
      PortConsumer<T, E> consumer,
      Duration timeout) {
    this.allocate = allocate;
    this.events = events;
    this.consumer = consumer;
    this.timeout = timeout;
  }

  /**
   * Starts the consumer.
   *
   * @param retries how many further ports are tried
   */
  StartedConsumer<T> run(int retries) throws E {
    return ConflictRetry.run(retries, this);
  }

  @Override
  public StartedConsumer<T> start() throws E {
    HeldPort port = nextPort();
    boolean handedOver = false;
    try {
      T started = port.handover().start(() -> consumer.start(port));
      awaitTaken(port, started);
      handedOver = !hasEnded(started);
      if (handedOver) {
        return new StartedConsumer<>(port, started);
      }
      lose(port, new BindException("its process has ended"));
      PortHandoffException ended =
          new PortHandoffException(
              port + ": its consumer has ended, and somebody else has it; so it was with " + lost);
      lastConflict = ended;
      throw ended;
    } catch (Exception e) {
      // A bind that failed on another port, or for another reason, is left to the caller.
      if (PortConflict.isCauseOf(e) && port.handover().isInUse()) {
        lose(port, e);
      }
      throw e;
    } finally {
      if (!handedOver) {
        port.release();
      }
    }
  }

  @Override
  public boolean isConflict(Exception failure) {
    return failure == lastConflict;
  }

  /** Does nothing: the next start takes another port. */
  @Override
  public void changeNumbers(Exception conflict) {}

  private static boolean hasEnded(Object started) {
    return started instanceof Process process && !process.isAlive();
  }

  private HeldPort nextPort() {
    try {
      return allocate.apply(lost);
    } catch (PortUnavailableException e) {
      if (lastConflict != null) {
        e.addSuppressed(lastConflict);
      }
      throw e;
    }
  }

  private void awaitTaken(HeldPort port, T started) {
    try {
      port.awaitTaken(timeout);
    } catch (PortHandoffException e) {
      stop(started, e);
      throw e;
    }
  }

  /** The caller never sees the consumer, so it is stopped here. */
  private static void stop(Object started, Exception failure) {
    try {
      if (started instanceof Process process) {
        process.destroyForcibly();
      } else if (started instanceof AutoCloseable closeable) {
        closeable.close();
      }
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  private void lose(HeldPort port, Exception conflict) {
    lost.add(port.number());
    lastConflict = conflict;
    port.release(); // before the diagnosis, which would find our own hold
    events.fire(port.life(), PortEvent.Type.STOLEN);
    LOGGER.log(
        Level.INFO,
        "{0} was taken by somebody else before its consumer bound it ({1}). {2}",
        port,
        conflict.toString(),
        PortDiagnosis.of(port.number(), port.request().protocol()).describe());
  }
}
