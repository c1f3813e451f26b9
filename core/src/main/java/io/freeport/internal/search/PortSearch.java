package io.freeport.internal.search;

import io.freeport.HandoffMode;
import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.PortTier;
import io.freeport.Protocol;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through the tiers. Remembers what was tried, for the message if nothing
 * can be had.
 */
public final class PortSearch {

  /**
   * Holds for ports that follow each other; mostly for just one.
   *
   * @param isShared whether a consumer can bind beside the hold at once
   */
  public record Found(PortTier tier, int first, List<Hold> holds, boolean isShared) {}

  private final PortRequest request;
  private final KernelPorts kernel;
  private final PortSequence any;
  private final RecentRefusals refusedLately;
  private final Set<Integer> without;
  private final HandoffMode mode;

  /** What this search has found already: refused by the kernel, but not taken by anybody else. */
  private final Set<Integer> found;

  public final SearchFailures refusals = new SearchFailures();

  /** A TCP socket that was refused a port, for the next one. */
  private @Nullable SocketChannel unbound;

  /**
   * @param without numbers that were tried and lost before
   */
  public PortSearch(
      PortRequest request,
      KernelPorts kernel,
      PortSequence any,
      RecentRefusals refusedLately,
      Set<Integer> without,
      HandoffMode mode) {
    this.mode = mode;
    this.request = request;
    this.kernel = kernel;
    this.any = any;
    this.refusedLately = refusedLately;
    this.without = without;
    this.found = request.count() > 1 ? new HashSet<>() : Set.of();
  }

  public SearchFailures refusals() {
    return refusals;
  }

  /**
   * Returns holds for the next port, or block of ports, of the request; null if there are none.
   *
   * @throws IOException if the system gives no socket, or does not have the address
   */
  public @Nullable Found next() throws IOException {
    try {
      return inAllTiers();
    } finally {
      SocketChannel left = unbound;
      unbound = null;
      if (left != null) {
        left.close();
      }
    }
  }

  private @Nullable Found inAllTiers() throws IOException {
    refusedLately.forgetOlderOnes();
    int length = request.isContiguous() ? request.count() : 1;
    for (PortTier tier : PortTier.values()) {
      if (tier.compareTo(request.lastTier()) > 0) {
        break;
      }
      PortSequence numbers = numbersOf(tier);
      if (numbers != null) {
        refusals.entering(tier, numbers);
        Found next =
            numbers.firstOf(
                first -> hold(tier, numbers, first, length),
                first -> refusedLately.containsAnyOf(first, length));
        if (next != null) {
          return next;
        }
      }
    }
    return null;
  }

  private @Nullable PortSequence numbersOf(PortTier tier) {
    return switch (tier) {
      case PREFERRED ->
          request.preferred().isEmpty() ? null : PortSequence.inOrder(request.preferred());
      case FALLBACK ->
          request.fallback().isEmpty() ? null : PortSequence.inOrder(request.fallback());
      case RANGE -> rangeOrNear();
      case ANY -> any;
    };
  }

  private @Nullable PortSequence rangeOrNear() {
    if (!request.ranges().isEmpty()) {
      return PortSequence.inRandomOrder(request.ranges());
    }
    if (request.preferred().isEmpty() || request.near() == 0) {
      return null;
    }
    return PortSequence.inOrder(
        IntStream.rangeClosed(1, request.near())
            .flatMap(
                distance ->
                    request.preferred().stream()
                        .flatMapToInt(port -> IntStream.of(port + distance, port - distance)))
            .filter(port -> port <= PortRange.HIGHEST_PORT && kernel.leavesOpen(port))
            .distinct());
  }

  private @Nullable Found hold(PortTier tier, PortSequence numbers, int first, int length)
      throws IOException {
    if (first % request.alignment() != 0) {
      refusals.misaligned();
      return null;
    }
    for (int number = first; number < first + length; number++) {
      if (!isAllowed(tier, numbers, number)) {
        return null;
      }
    }
    List<Hold> holds = new ArrayList<>(length);
    try {
      for (int number = first; number < first + length; number++) {
        Hold hold = hold(number);
        if (hold == null) {
          release(holds);
          return length == 1 ? despiteTimeWait(tier, first) : null;
        }
        holds.add(hold);
      }
      if (length < request.count()) {
        found.add(first);
      }
      return new Found(tier, first, holds, false);
    } catch (Throwable e) {
      release(holds);
      throw e;
    }
  }

  /**
   * Who names the first port of a block wants the next ones too; in the other tiers each has to be
   * one of the tier's numbers.
   */
  private boolean isAllowed(PortTier tier, PortSequence numbers, int number) {
    if (request.excludes(number) || without.contains(number)) {
      refusals.excluded();
      return false;
    }
    if (number > PortRange.HIGHEST_PORT || found.contains(number)) {
      return false;
    }
    return request.count() == 1 || tier.compareTo(PortTier.RANGE) < 0 || numbers.contains(number);
  }

  private @Nullable Hold hold(int number) throws IOException {
    try {
      return request.protocol() == Protocol.TCP
          ? holdTcp(number)
          : Hold.exclusive(request.protocol(), request.address(), number);
    } catch (BindException e) {
      refusals.add(number, e);
      refusedLately.add(number);
      return null;
    }
  }

  /**
   * In a range that is nearly full, most of the time would go into sockets that come to nothing.
   */
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
   * Who insists on a port should not have to wait for a minute because its former consumer closed a
   * connection. The hold that can be had then leaves the port open to whoever asks for this number,
   * so it is not taken for a port that is only preferred.
   */
  private @Nullable Found despiteTimeWait(PortTier tier, int number) throws IOException {
    if (!request.isStrict()
        || request.count() > 1
        || request.protocol() != Protocol.TCP
        || mode != HandoffMode.SHARED
        || OwnerRegistry.ofThisJvm().isHeldByAnyone(number)) {
      return null;
    }
    try {
      return new Found(tier, number, List.of(Hold.shared(request.address(), number)), true);
    } catch (BindException taken) {
      return null;
    }
  }

  private static void release(List<Hold> holds) throws IOException {
    for (Hold hold : holds) {
      hold.close();
    }
  }
}
