package io.freeport.internal.handoff;

import io.freeport.PortEvent;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.internal.search.FoundPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Gives a port another number, or all ports of its group: they have to keep their distances. Either
 * all of them are exchanged, at once, or none is.
 */
public final class PortExchange {

  /** Finds the other numbers. */
  public interface Search {

    /**
     * Holds ports for a request.
     *
     * @param without numbers that must not be returned
     * @throws io.freeport.PortUnavailableException if there are none
     */
    List<FoundPort> hold(PortRequest request, Set<Integer> without);
  }

  private final PortLife asking;
  private final List<PortLife> ports;

  private PortExchange(PortLife asking) {
    this.asking = asking;
    this.ports = asking.group();
  }

  /**
   * Exchanges a port. If another thread exchanges it in the meantime, that is enough: the number of
   * which the caller wanted to be rid is gone.
   *
   * @param events are told without a lock
   */
  public static void run(PortLife asking, Search search, Consumer<PortEvent> events) {
    new PortExchange(asking).run(search, events);
  }

  private void run(Search search, Consumer<PortEvent> events) {
    Set<Integer> former;
    List<PortEvent> stolen = new ArrayList<>();
    synchronized (asking.lock) {
      former = formerNumbers();
      for (PortLife port : ports) {
        if (port.isStolen()) {
          stolen.add(port.event(PortEvent.Type.STOLEN));
        }
      }
    }
    stolen.forEach(events);
    List<FoundPort> found = search.hold(request(), former);
    List<PortEvent> moves = new ArrayList<>();
    boolean adopted = false;
    try {
      synchronized (asking.lock) {
        if (formerNumbers().equals(former)) {
          adopted = true;
          for (int i = 0; i < ports.size(); i++) {
            PortLife port = ports.get(i);
            PortEvent released = port.event(PortEvent.Type.RELEASED);
            port.adopt(found.get(i));
            moves.add(port.event(PortEvent.Type.HELD));
            moves.add(released);
          }
        }
      }
    } finally {
      if (!adopted) {
        found.forEach(FoundPort::release);
      }
    }
    moves.forEach(events);
  }

  private PortRequest request() {
    PortRequest request = asking.request();
    return request.isContiguous() ? request : request.single();
  }

  /** Returns the numbers that the ports had so far, if all of them can be exchanged. */
  private Set<Integer> formerNumbers() {
    requireOthersUnused();
    Set<Integer> numbers = new HashSet<>();
    for (PortLife port : ports) {
      numbers.addAll(port.requireExchangeable());
    }
    return numbers;
  }

  /** A consumer would go on at the former number, where nobody would find it any more. */
  private void requireOthersUnused() {
    for (PortLife other : ports) {
      if (other != asking && other.state() == PortState.TAKEN && other.isInUse()) {
        throw new IllegalStateException(
            asking
                + " cannot be exchanged: it is one of a "
                + (asking.request().isContiguous() ? "contiguous block" : "group")
                + ", and "
                + other
                + " of the same "
                + (asking.request().isContiguous() ? "block" : "group")
                + " is in use. Stop who listens there first, or ask for ports that do not belong together.");
      }
    }
  }
}
