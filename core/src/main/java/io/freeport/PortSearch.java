package io.freeport;

import java.io.IOException;
import java.net.BindException;
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
final class PortSearch {

  /** Holds for ports that follow each other; mostly for just one. */
  record Found(PortTier tier, int first, List<Hold> holds) {}

  private final PortRequest request;
  private final KernelPorts kernel;
  private final PortPool any;
  private final Set<Integer> without;

  /** What this search has found already: refused by the kernel, but not taken by anybody else. */
  private final Set<Integer> found = new HashSet<>();

  private final Refusals refusals = new Refusals();

  /**
   * @param without numbers that were tried and lost before
   */
  PortSearch(PortRequest request, KernelPorts kernel, PortPool any, Set<Integer> without) {
    this.request = request;
    this.kernel = kernel;
    this.any = any;
    this.without = without;
  }

  Refusals refusals() {
    return refusals;
  }

  /**
   * Returns holds for the next port, or block of ports, of the request; null if there are none.
   *
   * @throws IOException if the system gives no socket, or does not have the address
   */
  @Nullable Found next() throws IOException {
    int length = request.isContiguous() ? request.count() : 1;
    for (PortTier tier : PortTier.values()) {
      if (tier.compareTo(request.lastTier()) > 0) {
        break;
      }
      PortPool numbers = numbersOf(tier);
      if (numbers != null) {
        refusals.entering(tier, numbers);
        Found next = numbers.firstOf(first -> hold(tier, numbers, first, length));
        if (next != null) {
          return next;
        }
      }
    }
    return null;
  }

  private @Nullable PortPool numbersOf(PortTier tier) {
    return switch (tier) {
      case PREFERRED ->
          request.preferred().isEmpty() ? null : PortPool.inOrder(request.preferred());
      case FALLBACK -> request.fallback().isEmpty() ? null : PortPool.inOrder(request.fallback());
      case RANGE -> rangeOrNear();
      case ANY -> any;
    };
  }

  private @Nullable PortPool rangeOrNear() {
    if (!request.ranges().isEmpty()) {
      return PortPool.inRandomOrder(request.ranges());
    }
    if (request.preferred().isEmpty() || request.near() == 0) {
      return null;
    }
    return PortPool.inOrder(
        IntStream.rangeClosed(1, request.near())
            .flatMap(
                distance ->
                    request.preferred().stream()
                        .flatMapToInt(port -> IntStream.of(port + distance, port - distance)))
            .filter(port -> port <= PortRange.HIGHEST_PORT && kernel.leavesOpen(port))
            .distinct());
  }

  private @Nullable Found hold(PortTier tier, PortPool numbers, int first, int length)
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
          return null;
        }
        holds.add(hold);
      }
      if (length < request.count()) {
        found.add(first);
      }
      return new Found(tier, first, holds);
    } catch (Throwable e) {
      release(holds);
      throw e;
    }
  }

  /**
   * Who names the first port of a block wants the next ones too; in the other tiers each has to be
   * one of the tier's numbers.
   */
  private boolean isAllowed(PortTier tier, PortPool numbers, int number) {
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
      return Hold.exclusive(request.protocol(), request.address(), number);
    } catch (BindException e) {
      refusals.add(number, e);
      return null;
    }
  }

  private static void release(List<Hold> holds) throws IOException {
    for (Hold hold : holds) {
      hold.close();
    }
  }
}
