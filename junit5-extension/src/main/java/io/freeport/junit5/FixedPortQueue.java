package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.internal.owner.RecordedHold;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds fixed ports. Tests that insist on the same number wait for each other. The kernel decides
 * which of them is next. The registry tells who holds what at the moment, so the tests of other
 * JVMs are waited for too.
 */
final class FixedPortQueue {

  /**
   * How many refusals in a row may be due to a test that has bound the port and is not on record
   * yet.
   */
  private static final int TRIES = 3;

  private static final Duration PAUSE = Duration.ofMillis(10);

  /** Of this JVM, in whichever session. */
  private static final WaitingTests WAITING = new WaitingTests();

  private static final LivingHolds HOLDS = new LivingHolds(PAUSE);

  private final PortAllocator allocator;
  private final Duration timeout;

  FixedPortQueue(PortAllocator allocator, Settings settings) {
    this.allocator = allocator;
    this.timeout = settings.get(SettingKeys.QUEUE_TIMEOUT);
  }

  /**
   * Holds the ports of a strict request.
   *
   * @param own the numbers that the test has, and will not release while it waits
   */
  List<HeldPort> hold(PortRequest request, Set<Integer> own) {
    try {
      return queue(request, own);
    } finally {
      WAITING.remove();
    }
  }

  private List<HeldPort> queue(PortRequest request, Set<Integer> own) {
    boolean isQueued = false;
    long start = System.nanoTime();
    int unexplained = 0;
    while (true) {
      boolean mayWait = System.nanoTime() - start < timeout.toNanos();
      // Before each try, since a try that fails takes long to find out who has the port. The record
      // has no addresses: a request for one address may succeed beside a hold on another one.
      if (mayWait && request.address() == null && isTurnOfOthers(request, own, HOLDS.recent())) {
        unexplained = 0;
        if (!isQueued) {
          isQueued = true;
          WAITING.add(request, own, (each, numbers) -> !canBeMet(each, numbersHeld(each, numbers)));
        }
      } else {
        try {
          return allocator.holdAll(request);
        } catch (PortUnavailableException e) {
          if (!mayWait) {
            throw e;
          }
          unexplained = isByAnotherTest(e, request, own) ? 0 : unexplained + 1;
          if (unexplained == TRIES) {
            throw e;
          }
        }
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException(
            "Interrupted while waiting for another test to release one of "
                + request.preferred()
                + ".");
      }
    }
  }

  /**
   * Returns whether another test was faster. It has the port, or has released it again: tests that
   * are refused at the same time try again at the same time, so the last of them is refused once
   * for each other. Only a bind tells whether the port is free, so that comes second; a test that
   * takes the port just before that bind is on record after it.
   */
  private static boolean isByAnotherTest(
      PortUnavailableException refusal, PortRequest request, Set<Integer> own) {
    return isTurnOfOthers(request, own, HOLDS.now())
        || isFreeNow(refusal, request)
        || isTurnOfOthers(request, own, HOLDS.now());
  }

  /** Returns whether the holds of other tests keep a request from being met. */
  private static boolean isTurnOfOthers(
      PortRequest request, Set<Integer> own, List<RecordedHold> holds) {
    Set<Integer> numbers = numbers(request, holds);
    numbers.removeAll(own);
    return !canBeMet(request, numbers);
  }

  /** Returns which of these numbers are on record now. */
  private static Set<Integer> numbersHeld(PortRequest request, Set<Integer> among) {
    Set<Integer> numbers = numbers(request, HOLDS.now());
    numbers.retainAll(among);
    return numbers;
  }

  private static Set<Integer> numbers(PortRequest request, List<RecordedHold> holds) {
    Set<Integer> numbers = new HashSet<>();
    for (RecordedHold hold : holds) {
      if (overlap(hold.protocol(), request.protocol())) {
        numbers.add(hold.port());
      }
    }
    return numbers;
  }

  private static boolean canBeMet(PortRequest request, Set<Integer> taken) {
    int length = request.isContiguous() ? request.count() : 1;
    int free = 0;
    for (int first : request.preferred()) {
      if (isFree(first, length, taken)) {
        free++;
      }
    }
    return free >= (request.isContiguous() ? 1 : request.count());
  }

  private static boolean isFree(int first, int length, Set<Integer> taken) {
    for (int port = first; port < first + length; port++) {
      if (taken.contains(port)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFreeNow(PortUnavailableException refusal, PortRequest request) {
    return !refusal.portsInUse().isEmpty()
        && refusal.portsInUse().stream()
            .allMatch(port -> PortDiagnosis.isFree(port, request.protocol()));
  }

  private static boolean overlap(Protocol one, Protocol other) {
    return one == other || one == Protocol.TCP_AND_UDP || other == Protocol.TCP_AND_UDP;
  }
}
