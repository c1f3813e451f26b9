package io.freeport;

import io.freeport.internal.handoff.ConflictRetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
  private HeldPort port;

  /** The port has the only number that the request allows, so the start waits for it. */
  private boolean mustKeepNumber;

  /** Numbers that somebody else took. */
  private final Set<Integer> lost = new HashSet<>();

  private boolean isLost;

  /**
   * Prepares a start.
   *
   * @param allocate holds a port with none of the given numbers
   */
  ConsumerStart(
      Function<Set<Integer>, HeldPort> allocate, PortEvents events, PortConsumer<T, E> consumer) {
    this.allocate = allocate;
    this.events = events;
    this.consumer = consumer;
    this.port = allocate.apply(Set.of());
  }

  /**
   * Starts the consumer.
   *
   * @param retries how many further ports are tried
   */
  StartedConsumer<T> run(int retries) throws E {
    boolean started = false;
    try {
      StartedConsumer<T> result = ConflictRetry.run(retries, this);
      started = true;
      return result;
    } finally {
      if (!started) {
        port.release();
      }
    }
  }

  @Override
  public StartedConsumer<T> start() throws E {
    isLost = false;
    if (mustKeepNumber) {
      return new StartedConsumer<>(port, port.start(number -> consumer.start(port)));
    }
    try {
      return new StartedConsumer<>(port, port.attempt(number -> consumer.start(port), true));
    } catch (Exception e) {
      isLost = port.isLost(e);
      if (isLost) {
        lost.add(port.number());
        events.fire(port.life(), PortEvent.Type.STOLEN);
        LOGGER.log(
            Level.INFO,
            "{0} was taken by somebody else before its consumer bound it ({1}). {2}",
            port,
            e.toString(),
            PortEvents.whoElseHas(port.life()));
      }
      throw e;
    }
  }

  /** A bind that failed on another port, or for another reason, is left to the caller. */
  @Override
  public boolean isConflict(Exception failure) {
    return isLost;
  }

  @Override
  public void changeNumbers(Exception conflict) {
    lost.add(port.number());
    HeldPort other = other(conflict);
    if (other == null) {
      mustKeepNumber = true;
    } else {
      port.release();
      port = other;
    }
  }

  private @Nullable HeldPort other(Exception conflict) {
    try {
      return allocate.apply(lost);
    } catch (PortUnavailableException noOther) {
      conflict.addSuppressed(noOther);
      return null;
    }
  }
}
