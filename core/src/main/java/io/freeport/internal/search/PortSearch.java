package io.freeport.internal.search;

import io.freeport.HandoffMode;
import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.internal.hold.Hold;
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
  private final HandoffMode mode;
  private final OwnerRegistry registry;
  private final boolean reclaims;
  private final RecentRefusals recentRefusals = new RecentRefusals();

  /**
   * @param any the numbers of {@link PortTier#ANY}
   * @param mode how the ports will be handed over
   * @param reclaims whether to free ports of dead test runs before a request fails
   */
  public PortSearch(
      KernelPorts kernel,
      PortSequence any,
      HandoffMode mode,
      OwnerRegistry registry,
      boolean reclaims) {
    this.kernel = kernel;
    this.any = any;
    this.mode = mode;
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
    Run run = run(request, without, held, reclaims);
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
    Run run = run(request, without, held, first && reclaims);
    inUse.addAll(run.failures.allInUse());
    return run.complete ? Optional.of(run.found) : Optional.empty();
  }

  private Run run(PortRequest request, Set<Integer> without, int held, boolean reclaiming) {
    boolean reclaimed = !reclaiming;
    while (true) {
      Run run = new Run(request, without);
      try {
        if (run.isComplete()
            || reclaimed
            || run.isLost
            || !Reclaimers.anyOf(run.failures.allInUse())) {
          return run;
        }
        reclaimed = true;
      } catch (IOException e) {
        throw NoPortMessage.exception(request, e, held);
      }
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
    private final int blockLength;
    private final SearchFailures failures = new SearchFailures();
    private final List<FoundPort> found = new ArrayList<>();

    /** Numbers in {@link #found}, which the kernel refuses although nobody else has them. */
    private final Set<Integer> foundNumbers;

    /** Whether all ports were found. */
    private boolean complete;

    /** Another FreePort got a shared hold of the port at the same moment. */
    private boolean isLost;

    /** A TCP socket that was refused a port, for the next number. */
    private @Nullable SocketChannel unbound;

    Run(PortRequest request, Set<Integer> without) {
      this.request = request;
      this.without = without;
      this.blockLength = request.isContiguous() ? request.count() : 1;
      this.foundNumbers = request.count() > 1 ? new HashSet<>() : Set.of();
    }

    /** Returns whether all ports were found; if not, none is held. */
    boolean isComplete() throws IOException {
      try {
        while (found.size() < request.count()) {
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
        Hold.close(unbound);
      }
    }

    /** Adds the next port, or block, to what was found. */
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
        PortSequence.Cursor cursor = candidates.cursor(recentRefusals, blockLength);
        for (int first = cursor.next(); first > 0; first = cursor.next()) {
          if (tryNumber(tier, candidates, first)) {
            return !isLost;
          }
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

    private boolean tryNumber(PortTier tier, PortSequence candidates, int first)
        throws IOException {
      if (first % request.alignment() != 0) {
        failures.misaligned();
        return false;
      }
      for (int number = first; number < first + blockLength; number++) {
        if (!isAllowed(tier, candidates, number)) {
          return false;
        }
      }
      if (blockLength > 1) {
        return holdBlock(tier, first);
      }
      Hold hold = hold(first);
      if (hold == null) {
        return holdDuringTimeWait(tier, first);
      }
      add(first, tier, hold, PortState.HELD);
      return true;
    }

    /**
     * In the lists, only the first port of a block is named; in the other tiers each port has to be
     * one of the candidates.
     */
    private boolean isAllowed(PortTier tier, PortSequence candidates, int number) {
      if (request.excludes(number) || without.contains(number)) {
        failures.excluded();
        return false;
      }
      if (number > PortRange.HIGHEST_PORT || foundNumbers.contains(number)) {
        return false;
      }
      return request.count() == 1
          || tier.compareTo(PortTier.RANGE) < 0
          || candidates.contains(number);
    }

    private boolean holdBlock(PortTier tier, int first) throws IOException {
      List<Hold> holds = new ArrayList<>(blockLength);
      boolean complete = false;
      try {
        for (int number = first; number < first + blockLength; number++) {
          Hold hold = hold(number);
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
      for (int i = 0; i < blockLength; i++) {
        add(first + i, tier, holds.get(i), PortState.HELD);
      }
      return true;
    }

    private @Nullable Hold hold(int number) throws IOException {
      try {
        return request.protocol() == Protocol.TCP
            ? holdTcp(number)
            : Hold.exclusive(request.protocol(), request.address(), number);
      } catch (BindException e) {
        failures.add(number, e);
        recentRefusals.add(number);
        return null;
      }
    }

    /** Uses a socket again that was refused: a range that is nearly full would need many. */
    private Hold holdTcp(int number) throws IOException {
      SocketChannel socket = unbound;
      if (socket == null) {
        socket = Hold.openTcp();
        unbound = socket;
      }
      Hold hold = Hold.exclusive(socket, request.address(), number);
      unbound = null;
      return hold;
    }

    /**
     * Holds a strictly preferred port although a former connection of it is in TIME_WAIT, which may
     * take a minute. Such a hold leaves the port open to everybody who asks for this number, so a
     * port that is only preferred is not held in this way.
     */
    private boolean holdDuringTimeWait(PortTier tier, int number) throws IOException {
      if (!request.isStrict()
          || request.count() > 1
          || request.protocol() != Protocol.TCP
          || mode != HandoffMode.SHARED
          || registry.isHeldByAnyone(number)) {
        return false;
      }
      try {
        add(number, tier, Hold.shared(request.address(), number), PortState.OFFERED);
      } catch (BindException taken) {
        return false;
      }
      // Another FreePort may have looked at the registry at the same moment, and have got a shared
      // hold too. Each enters its own before it looks again, so at least one of them sees the
      // other.
      isLost = registry.isRecordedTwice(number);
      return true;
    }

    private void add(int number, PortTier tier, Hold hold, PortState state) {
      found.add(FoundPort.enter(registry, request, number, tier, hold, state));
      if (blockLength < request.count()) {
        foundNumbers.add(number);
      }
    }
  }
}
