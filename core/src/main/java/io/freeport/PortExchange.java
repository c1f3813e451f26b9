package io.freeport;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Gives ports other numbers: those of a block together, since they have to follow each other. */
final class PortExchange {

  private PortExchange() {}

  static void exchange(HeldPort asking, List<HeldPort> ports, PortAllocator allocator) {
    requireNoneInUse(asking, ports);
    Set<Integer> without = new HashSet<>();
    ports.forEach(port -> without.addAll(port.numbersSoFar()));
    ports.forEach(HeldPort::tellIfStolen);
    PortRequest request = ports.get(0).request();
    List<HeldPort> others =
        allocator.allocate(ports.size() == 1 ? request.single() : request, without);
    boolean complete = false;
    try {
      for (int i = 0; i < ports.size(); i++) {
        ports.get(i).become(others.get(i));
      }
      complete = true;
    } finally {
      if (!complete) { // one was released meanwhile: what nobody took over is nobody's
        others.forEach(HeldPort::releaseUnchecked);
      }
    }
  }

  /** Whoever listens would go on at the former number, which nobody would find any more. */
  private static void requireNoneInUse(HeldPort asking, List<HeldPort> ports) {
    for (HeldPort other : ports) {
      if (other != asking && other.state() == PortState.TAKEN && other.isInUse()) {
        throw new IllegalStateException(
            asking
                + " cannot be exchanged: it is one of a contiguous block, and "
                + other
                + " of the same block is in use. Stop who listens there first, or ask for ports that need not be contiguous.");
      }
    }
  }
}
