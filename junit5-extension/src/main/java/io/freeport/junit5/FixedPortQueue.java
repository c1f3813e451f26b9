package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Holds ports, and lets tests that insist on the same number wait for each other. The kernel
 * decides who is next; who holds what at the moment is read from the registry, so other JVMs are
 * waited for too.
 */
final class FixedPortQueue {

  /**
   * How many refusals in a row are put down to a test that has bound the port and is not yet on
   * record, while no test is seen.
   */
  private static final int TRIES = 3;

  private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

  private final PortAllocator allocator;
  private final Duration timeout;

  FixedPortQueue(PortAllocator allocator, Duration timeout) {
    this.allocator = allocator;
    this.timeout = timeout;
  }

  static Duration timeoutOf(Settings settings) {
    return settings.get(SettingKeys.QUEUE_TIMEOUT);
  }

  /**
   * Holds the ports of a request.
   *
   * @param numbers those of this very test, which will not be released while it waits
   */
  List<HeldPort> hold(PortRequest request, Supplier<Set<Integer>> numbers) {
    if (!request.isStrict()) {
      return allocator.holdAll(request);
    }
    try {
      return queue(request, numbers.get());
    } finally {
      Session.ofThisJvm().waiting().remove();
    }
  }

  private List<HeldPort> queue(PortRequest request, Set<Integer> ours) {
    boolean isQueued = false;
    long start = System.nanoTime();
    int unexplained = 0;
    while (true) {
      boolean mayWait = System.nanoTime() - start < timeout.toNanos();
      // Asked before each try, since a try that fails finds out at length who has the port.
      // The record knows no addresses: who wants the port on one of them may have it beside others.
      if (mayWait && request.address() == null && isTurnOfOthers(request, ours)) {
        unexplained = 0;
        if (!isQueued) {
          isQueued = true;
          Session.ofThisJvm()
              .waiting()
              .add(request, ours, (each, theirs) -> isTurnOf(each, theirs::contains));
        }
      } else {
        try {
          return allocator.holdAll(request);
        } catch (PortUnavailableException e) {
          if (!mayWait) {
            throw e;
          }
          unexplained = isByAnotherTest(e, request, ours) ? 0 : unexplained + 1;
          if (unexplained == TRIES) {
            throw e;
          }
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException(
            "Interrupted while waiting for another test to release one of "
                + request.preferred()
                + ".");
      }
    }
  }

  /**
   * Returns whether another test was faster. It has the port, or is gone again by now: tests that
   * are refused at the same time try again at the same time, so the last of them is refused as
   * often as there are others. Whether the port is free is asked by a bind, so only if nobody is on
   * record; who takes it just before that bind is on record after it.
   */
  private static boolean isByAnotherTest(
      PortUnavailableException refusal, PortRequest request, Set<Integer> ours) {
    return isTurnOfOthers(request, ours)
        || isFreeNow(refusal, request)
        || isTurnOfOthers(request, ours);
  }

  /** Returns whether the request could not be satisfied for what other tests hold. */
  private static boolean isTurnOfOthers(PortRequest request, Set<Integer> ours) {
    return isTurnOf(request, port -> !ours.contains(port));
  }

  private static boolean isTurnOf(PortRequest request, IntPredicate isOfOthers) {
    Set<Integer> others =
        OwnerRegistry.ofThisJvm().livingOwners().stream()
            .flatMap(owner -> owner.holds().stream())
            .filter(hold -> meet(hold.protocol(), request.protocol()))
            .map(hold -> hold.port())
            .filter(isOfOthers::test)
            .collect(Collectors.toSet());
    int length = request.isContiguous() ? request.count() : 1;
    long free =
        request.preferred().stream()
            .filter(first -> IntStream.range(first, first + length).noneMatch(others::contains))
            .count();
    return free < (request.isContiguous() ? 1 : request.count());
  }

  private static boolean isFreeNow(PortUnavailableException refusal, PortRequest request) {
    return !refusal.portsInUse().isEmpty()
        && refusal.portsInUse().stream()
            .allMatch(port -> PortDiagnosis.isFree(port, request.protocol()));
  }

  private static boolean meet(Protocol one, Protocol other) {
    return one == other || one == Protocol.TCP_AND_UDP || other == Protocol.TCP_AND_UDP;
  }
}
