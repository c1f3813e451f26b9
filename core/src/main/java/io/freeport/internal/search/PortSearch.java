package io.freeport.internal.search;

import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.internal.hold.BoundSockets;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.os.InheritedSockets;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ports of requests, and holds them: goes through the tiers of a request, and through the
 * numbers of each tier, until the kernel grants enough of them. May be used by several threads.
 */
public final class PortSearch {

  private final KernelPorts kernel;
  private final PortSequence any;
  private final OwnerRegistry registry;
  private final boolean reclaims;
  private final RecentRefusals recentRefusals = new RecentRefusals();

  /**
   * @param any the numbers of {@link PortTier#ANY}
   * @param reclaims whether to free ports of dead test runs before a request fails
   */
  public PortSearch(
      KernelPorts kernel, PortSequence any, OwnerRegistry registry, boolean reclaims) {
    this.kernel = kernel;
    this.any = any;
    this.registry = registry;
    this.reclaims = reclaims;
  }

  /**
   * Holds all ports of a request, or none.
   *
   * @param without numbers that must not be returned
   * @param held how many ports the allocator holds already, for the message
   * @return as many ports as the request counts; a block in its order
   * @throws PortUnavailableException if not all of them can be had
   */
  public List<FoundPort> hold(PortRequest request, Set<Integer> without, int held) {
    Run run = run(request, without, held, reclaims, true);
    if (!run.complete) {
      // The ports of this run are released by now: the message would blame them.
      throw NoPortMessage.exception(request, run.failures, kernel, held);
    }
    return run.found;
  }

  /**
   * Tries to hold all ports of a request, or none. Has no message written if they are in use, since
   * that may take seconds.
   *
   * @param first whether nobody tried before, so that ports of dead test runs may be in the way
   * @param inUse gets the numbers that were refused
   * @return empty if not all of them can be had now
   * @throws PortUnavailableException if the operating system gives no socket
   */
  Optional<List<FoundPort>> tryToHold(
      PortRequest request, Set<Integer> without, int held, boolean first, Set<Integer> inUse) {
    Run run = run(request, without, held, first && reclaims, false);
    inUse.addAll(run.failures.allInUse());
    return run.complete ? Optional.of(run.found) : Optional.empty();
  }

  /**
   * Tries until there is nothing more to be done about ports in use.
   *
   * @param isLast whether nobody tries again soon
   */
  private Run run(
      PortRequest request, Set<Integer> without, int held, boolean reclaiming, boolean isLast) {
    InheritedSockets inherited = null;
    boolean reclaimed = !reclaiming;
    while (true) {
      Run run = new Run(request, without);
      try {
        if (run.isComplete()) {
          return run;
        }
      } catch (IOException e) {
        throw NoPortMessage.exception(request, e, held);
      }
      Set<Integer> inUse = run.failures.allInUse();
      if (isLast && !inUse.isEmpty() && request.lastTier() != PortTier.ANY) {
        inherited = inherited == null ? new InheritedSockets() : inherited;
        if (inherited.pause()) {
          continue;
        }
      }
      if (reclaimed || !Reclaimers.anyOf(inUse)) {
        return run;
      }
      reclaimed = true;
    }
  }

  /** Returns all numbers that a request may get. */
  BitSet numbers(PortRequest request) {
    BitSet numbers = new BitSet();
    Run run = new Run(request, Set.of());
    for (PortTier tier : PortTier.values()) {
      PortSequence candidates =
          tier.compareTo(request.lastTier()) > 0 ? null : run.candidates(tier);
      if (candidates != null) {
        candidates.addTo(numbers, tier.compareTo(PortTier.RANGE) < 0 ? run.blockLength : 1);
      }
    }
    int[] firsts = numbers.stream().toArray();
    for (int distance : request.alsoAt()) {
      for (int first : firsts) {
        if (first + distance > 0 && first + distance <= PortRange.HIGHEST_PORT) {
          numbers.set(first + distance);
        }
      }
    }
    for (int number = numbers.nextSetBit(0); number > 0; number = numbers.nextSetBit(number + 1)) {
      if (request.excludes(number)) {
        numbers.clear(number);
      }
    }
    return numbers;
  }

  /** One attempt to satisfy a request. Remembers what was tried, for the message. */
  private final class Run {

    private final PortRequest request;
    private final Set<Integer> without;

    /** The ports that are found together: what is to be added to the first one. */
    private final int[] group;

    private final int blockLength;
    private final SearchFailures failures = new SearchFailures();
    private final List<FoundPort> found = new ArrayList<>();

    /** Numbers in {@link #found}, which the kernel refuses although nobody else has them. */
    private final Set<Integer> foundNumbers;

    /** Whether all ports were found. */
    private boolean complete;

    /** A TCP socket that was refused a port, for the next number. */
    private @Nullable SocketChannel unbound;

    Run(PortRequest request, Set<Integer> without) {
      this.request = request;
      this.without = without;
      this.blockLength = request.isContiguous() ? request.count() : 1;
      this.group = request.group();
      this.foundNumbers = request.count() > 1 ? new HashSet<>() : Set.of();
    }

    /** Returns whether all ports were found; if not, none is held. */
    boolean isComplete() throws IOException {
      int wanted = request.count() / blockLength * group.length;
      try {
        while (found.size() < wanted) {
          if (!tryTiers()) {
            return false;
          }
        }
        complete = true;
        return true;
      } finally {
        if (!complete) {
          found.forEach(FoundPort::release);
        }
        BoundSockets.close(unbound);
      }
    }

    /** Adds the next port, or group, to what was found. */
    private boolean tryTiers() throws IOException {
      recentRefusals.forgetOlderOnes();
      for (PortTier tier : PortTier.values()) {
        if (tier.compareTo(request.lastTier()) > 0) {
          break;
        }
        PortSequence candidates = candidates(tier);
        if (candidates == null) {
          continue;
        }
        failures.entering(tier, candidates);
        boolean isListed = tier.compareTo(PortTier.RANGE) < 0;
        if (tryAll(tier, candidates, isListed)) {
          return true;
        }
        // Ports of former connections come after those that need no second bind.
        if (!isListed && failures.isTimeWaitPossible() && tryAll(tier, candidates, true)) {
          return true;
        }
      }
      return false;
    }

    private boolean tryAll(PortTier tier, PortSequence candidates, boolean despiteTimeWait)
        throws IOException {
      PortSequence.Cursor cursor = candidates.cursor(recentRefusals, blockLength);
      for (int first = cursor.next(); first > 0; first = cursor.next()) {
        if (tryNumber(tier, candidates, first, despiteTimeWait)) {
          return true;
        }
      }
      return false;
    }

    private @Nullable PortSequence candidates(PortTier tier) {
      if (tier == PortTier.ANY) {
        return any;
      }
      if (tier == PortTier.RANGE) {
        return request.ranges().isEmpty()
            ? nearPreferred()
            : PortSequence.inRandomOrder(request.ranges());
      }
      List<Integer> listed = tier == PortTier.PREFERRED ? request.preferred() : request.fallback();
      return listed.isEmpty() ? null : PortSequence.inOrder(listed);
    }

    private @Nullable PortSequence nearPreferred() {
      if (request.preferred().isEmpty() || request.near() == 0) {
        return null;
      }
      return PortSequence.nodePortsLast(
          IntStream.rangeClosed(1, request.near())
              .flatMap(
                  distance ->
                      request.preferred().stream()
                          .flatMapToInt(port -> IntStream.of(port + distance, port - distance)))
              .filter(
                  port ->
                      port > 0
                          && port <= PortRange.HIGHEST_PORT
                          && (kernel.leavesOpen(port) || any.contains(port)))
              .distinct());
    }

    private boolean tryNumber(
        PortTier tier, PortSequence candidates, int first, boolean despiteTimeWait)
        throws IOException {
      if (first % request.alignment() != 0) {
        failures.misaligned(first);
        return false;
      }
      for (int distance : group) {
        int number = first + distance;
        if (!isAllowed(number) || (tier == PortTier.ANY && !candidates.contains(number))) {
          return false;
        }
      }
      // In the lists, only the first port of a block is named; in the other tiers each port of the
      // block has to be one of the candidates. Ports at a distance are named by the distance.
      for (int number = first + 1; number < first + blockLength; number++) {
        if (tier.compareTo(PortTier.RANGE) >= 0 && !candidates.contains(number)) {
          return false;
        }
      }
      if (group.length > 1) {
        return holdGroup(tier, first, despiteTimeWait);
      }
      Hold hold = hold(first, despiteTimeWait);
      if (hold == null) {
        return false;
      }
      add(first, tier, hold);
      return true;
    }

    private boolean isAllowed(int number) {
      if (request.excludes(number) || without.contains(number)) {
        failures.excluded(number);
        return false;
      }
      return number >= 1 && number <= PortRange.HIGHEST_PORT && !foundNumbers.contains(number);
    }

    private boolean holdGroup(PortTier tier, int first, boolean despiteTimeWait)
        throws IOException {
      List<Hold> holds = new ArrayList<>(group.length);
      boolean complete = false;
      try {
        for (int distance : group) {
          Hold hold = hold(first + distance, despiteTimeWait);
          if (hold == null) {
            return false;
          }
          holds.add(hold);
        }
        complete = true;
      } finally {
        if (!complete) {
          for (Hold hold : holds) {
            hold.close();
          }
        }
      }
      for (int i = 0; i < group.length; i++) {
        add(first + group[i], tier, holds.get(i));
      }
      return true;
    }

    private @Nullable Hold hold(int number, boolean despiteTimeWait) throws IOException {
      try {
        return request.protocol() == Protocol.TCP
            ? holdTcp(number)
            : Hold.exclusive(request.protocol(), request.address(), number);
      } catch (BindException e) {
        failures.add(number, e);
        recentRefusals.add(number);
        return despiteTimeWait && request.protocol().hasTcp() && failures.isInUse(number)
            ? holdDespiteTimeWait(number)
            : null;
      }
    }

    private @Nullable Hold holdDespiteTimeWait(int number) throws IOException {
      try {
        return Hold.exclusiveDespiteTimeWait(request.protocol(), request.address(), number);
      } catch (BindException somebodyHasIt) {
        return null;
      }
    }

    /** Uses a socket again that was refused: a range that is nearly full would need many. */
    private Hold holdTcp(int number) throws IOException {
      SocketChannel socket = unbound;
      if (socket == null || !socket.isOpen()) {
        socket = BoundSockets.openTcp();
        unbound = socket;
      }
      Hold hold = Hold.exclusive(socket, request.address(), number);
      unbound = null;
      return hold;
    }

    private void add(int number, PortTier tier, Hold hold) {
      found.add(FoundPort.enter(registry, request, number, tier, hold, PortState.HELD));
      if (request.count() > 1) {
        foundNumbers.add(number);
      }
    }
  }
}
