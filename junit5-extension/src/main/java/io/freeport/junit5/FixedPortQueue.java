package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.Protocol;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.internal.owner.RecordedHold;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.WaitGuard;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Holds the ports of requests that any port will not do for. Tests that ask for the same numbers
 * wait for each other, in the order in which they began to wait. They do not wait for a process
 * that is no test: the registry tells who holds what, also in other JVMs.
 */
final class FixedPortQueue {

  /**
   * How many refusals in a row may be due to a test that has bound the port and is not on record
   * yet. With the pauses between the attempts they take some 70 ms.
   */
  private static final int TRIES = 8;

  /** Of this JVM, in whichever session. */
  private static final WaitingTests WAITING = new WaitingTests();

  private static final LivingHolds HOLDS = new LivingHolds(Duration.ofMillis(10));

  private final PortAllocator allocator;
  private final Duration timeout;

  FixedPortQueue(PortAllocator allocator, Settings settings) {
    this.allocator = allocator;
    this.timeout = settings.get(SettingKeys.QUEUE_TIMEOUT);
  }

  /**
   * Holds the ports of a request.
   *
   * @param own the numbers that the test has, and will not release while it waits
   */
  List<HeldPort> hold(PortRequest request, Set<Integer> own) {
    PortRequest queued = request.isQueued() ? request : request.toBuilder().queue(timeout).build();
    try {
      return allocator.holdAll(queued, new Guard(request, own));
    } finally {
      WAITING.remove();
    }
  }

  /** Lets one request wait while other tests have its ports. */
  private static final class Guard implements WaitGuard {

    private final PortRequest request;
    private final Set<Integer> own;
    private boolean isAdded;
    private int unexplained;

    Guard(PortRequest request, Set<Integer> own) {
      this.request = request;
      this.own = own;
    }

    @Override
    public boolean keepsPorts() {
      return !own.isEmpty();
    }

    /** A request that waits by the test's own wish waits for any process. */
    @Override
    public boolean mayWait(Set<Integer> refused) {
      List<RecordedHold> holds = HOLDS.recent();
      if (isTurnOfOthers(refused, holds)) {
        unexplained = 0;
        if (!isAdded) {
          isAdded = true;
          WAITING.add(
              request.toBuilder().exclude(withoutOthers(refused, holds)).build(),
              own,
              (each, numbers) -> !canBeMet(each, numbersHeld(each, numbers)));
        }
      } else {
        unexplained = isByAnotherTest(refused) ? 0 : unexplained + 1;
      }
      return request.isQueued() || unexplained < TRIES;
    }

    /**
     * Returns whether another test was faster. It has the port, or has released it again. Only a
     * bind tells whether the port is free, so that comes second; a test that takes the port just
     * before that bind is on record after it.
     */
    private boolean isByAnotherTest(Set<Integer> refused) {
      return refused.isEmpty()
          || isTurnOfOthers(refused, HOLDS.now())
          || canBeMet(request, numbersInUse(refused))
          || isTurnOfOthers(refused, HOLDS.now());
    }

    /**
     * Returns whether the request could be met without the holds of other tests, or, without an
     * attempt, whether it cannot be met with them.
     */
    private boolean isTurnOfOthers(Set<Integer> refused, List<RecordedHold> holds) {
      return refused.isEmpty()
          ? !canBeMet(request, numbersOfOthers(holds))
          : canBeMet(request, withoutOthers(refused, holds));
    }

    private int[] withoutOthers(Set<Integer> refused, List<RecordedHold> holds) {
      Set<Integer> others = numbersOfOthers(holds);
      return refused.stream().filter(number -> !others.contains(number)).mapToInt(i -> i).toArray();
    }

    private Set<Integer> numbersOfOthers(List<RecordedHold> holds) {
      Set<Integer> numbers = numbers(request, holds);
      numbers.removeAll(own);
      return numbers;
    }

    private Set<Integer> numbersInUse(Set<Integer> refused) {
      return refused.stream()
          .filter(number -> !PortDiagnosis.isFree(number, request.protocol()))
          .collect(Collectors.toSet());
    }
  }

  /** Returns which of these numbers are on record now. */
  private static Set<Integer> numbersHeld(PortRequest request, Set<Integer> among) {
    Set<Integer> numbers = numbers(request, HOLDS.now());
    numbers.retainAll(among);
    return numbers;
  }

  /** Returns the numbers on record that may be in the way of a request. */
  private static Set<Integer> numbers(PortRequest request, List<RecordedHold> holds) {
    Set<Integer> numbers = new HashSet<>();
    for (RecordedHold hold : holds) {
      if (overlap(hold.protocol(), request.protocol()) && mayGet(request, hold.port())) {
        numbers.add(hold.port());
      }
    }
    return numbers;
  }

  private static boolean overlap(Protocol one, Protocol other) {
    return one == other || one == Protocol.TCP_AND_UDP || other == Protocol.TCP_AND_UDP;
  }

  private static boolean mayGet(PortRequest request, int number) {
    return mayGetFirst(request, number)
        || request.alsoAt().stream().anyMatch(further -> mayGetFirst(request, number - further));
  }

  /** May be true for a few numbers too many. */
  private static boolean mayGetFirst(PortRequest request, int number) {
    int distance = request.near() + request.count();
    return request.ranges().stream().anyMatch(range -> range.contains(number))
        || Stream.concat(request.preferred().stream(), request.fallback().stream())
            .anyMatch(listed -> Math.abs(listed - number) <= distance);
  }

  private static boolean canBeMet(PortRequest request, Set<Integer> taken) {
    return canBeMet(request, taken.stream().mapToInt(number -> number).toArray());
  }

  /** Returns whether a request can be met on a machine on which only these ports are taken. */
  private static boolean canBeMet(PortRequest request, int[] taken) {
    try {
      PortRequest unused = request.toBuilder().exclude(taken).build();
      return true;
    } catch (IllegalArgumentException cannotBeMet) {
      return false;
    }
  }
}
