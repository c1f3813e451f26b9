package io.freeport;

import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.internal.handoff.FlightEvent;
import io.freeport.internal.handoff.LateConsumer;
import io.freeport.internal.handoff.LateConsumers;
import io.freeport.internal.handoff.PortLife;
import io.freeport.internal.queue.PortQueue;
import io.freeport.internal.search.FoundPort;
import io.freeport.internal.search.PortSearch;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Tells what happens to the ports of an allocator: to its listeners, to the statistics of the JVM,
 * to the flight recorder and, about leaks, to the user. Never called under a lock.
 */
final class PortEvents {

  private static final Logger LOGGER = System.getLogger(PortEvents.class.getName());

  /** Null, and the class not loaded, until the first request of the JVM waits. */
  private static volatile @Nullable PortQueue waiting;

  private final List<PortListener> listeners;
  private final LeakPolicy leaks;

  PortEvents(List<PortListener> listeners, LeakPolicy leaks) {
    this.listeners = List.copyOf(listeners);
    this.leaks = leaks;
  }

  void fire(PortLife port, PortEvent.Type type) {
    fire(port.event(type));
  }

  void fire(PortEvent event) {
    if (FlightRecorder.isInitialized()) { // else the classes of a recording are not loaded
      FlightEvent.commit(event);
    }
    PortStatistics.ofThisJvm().add(event.type());
    if (event.type() == PortEvent.Type.RELEASED) {
      wakeWaiting();
    }
    for (PortListener listener : listeners) {
      try {
        listener.on(event);
      } catch (RuntimeException e) {
        LOGGER.log(Level.WARNING, "A listener failed on " + event, e);
      }
    }
  }

  /**
   * Holds the ports of a request, or fires {@link PortEvent.Type#EXHAUSTED}.
   *
   * @param without numbers that must not be returned
   * @param held how many ports the allocator holds
   * @throws PortUnavailableException if there are none
   */
  List<FoundPort> hold(PortSearch search, PortRequest request, Set<Integer> without, int held) {
    try {
      return search.hold(request, without, held);
    } catch (PortUnavailableException e) {
      throw exhausted(request, e);
    }
  }

  /** Fires {@link PortEvent.Type#EXHAUSTED}, and returns the failure. */
  PortUnavailableException exhausted(PortRequest request, PortUnavailableException failure) {
    fire(
        new PortEvent(
            PortEvent.Type.EXHAUSTED, 0, request.name(), request.usedBy(), Duration.ZERO));
    return failure;
  }

  /** Returns the queue of this JVM, which is told about releases from now on. */
  static PortQueue queue() {
    PortQueue queue = PortQueue.ofThisJvm();
    waiting = queue;
    return queue;
  }

  /** Has requests look again that wait in any allocator of this JVM. */
  static void wakeWaiting() {
    PortQueue queue = waiting;
    if (queue != null) {
      queue.wake();
    }
  }

  /** Returns who has a port, for messages, without the hold of this JVM, which may be there too. */
  static String whoElseHas(PortLife port) {
    List<PortOccupant> others =
        PortDiagnosis.of(port.number(), port.request().protocol()).occupants().stream()
            .filter(occupant -> occupant.kind() != PortOccupant.Kind.FREEPORT)
            .toList();
    return others.isEmpty()
        ? "Who has it cannot be told."
        : "Port "
            + port.number()
            + " is taken by "
            + others.stream().map(PortOccupant::describe).collect(Collectors.joining("; and by "))
            + ".";
  }

  /**
   * Returns the consumer of a port that is about to be released, if it is a leak should it stay.
   * Waits for it to go, if there is no later moment for that.
   *
   * @return null if there is none
   */
  @Nullable LateConsumer consumerAtRelease(PortLife port) {
    LateConsumer late = leaks == LeakPolicy.IGNORE ? null : port.consumerAtRelease();
    return late == null || canWait(late) || late.stays() ? late : null;
  }

  /**
   * Reports a consumer that listened when its port was released, unless it goes in a moment.
   *
   * @throws PortLeakException if {@link LeakPolicy#FAIL} is configured
   */
  void late(PortLife port, LateConsumer late) {
    if (canWait(late)) {
      LateConsumers.ifItStays(late, () -> leaked(port));
    } else {
      leaked(port);
    }
  }

  private boolean canWait(LateConsumer late) {
    return leaks == LeakPolicy.WARN && late.isIdentified();
  }

  private void leaked(PortLife port) {
    fire(port, PortEvent.Type.LEAKED);
    String usedBy = port.request().usedBy();
    String message =
        port
            + (usedBy.isEmpty() ? "" : " of " + usedBy)
            + ": something still listens on it after its release. Stop its consumer before its scope ends, or set freeport.leaks=ignore. "
            + PortDiagnosis.of(port.number(), port.request().protocol()).describe();
    if (leaks == LeakPolicy.FAIL) {
      throw new PortLeakException(message);
    }
    LOGGER.log(Level.WARNING, "{0}", message);
  }
}
