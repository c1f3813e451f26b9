package io.freeport.junit5;

import io.freeport.PortRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * The tests of this JVM that wait for ports. If they wait for each other only, none of them ever
 * continues. The last one that begins to wait closes such a circle, so it fails. Its ports are free
 * for the others then.
 */
final class WaitingTests {

  // Guarded by this.
  private final Map<Thread, Waiting> waiting = new LinkedHashMap<>();

  /**
   * A test that waits.
   *
   * @param own the numbers that it has, and will not release meanwhile
   */
  private record Waiting(PortRequest request, Set<Integer> own) {}

  /**
   * Adds the test of this thread.
   *
   * @param mustWait whether a request has to wait while others have these numbers
   * @throws IllegalStateException if the test would wait forever
   */
  synchronized void add(
      PortRequest request, Set<Integer> own, BiPredicate<PortRequest, Set<Integer>> mustWait) {
    Waiting last = new Waiting(request, own);
    List<Waiting> circle = new ArrayList<>(waiting.values());
    circle.add(last);
    while (circle.removeIf(
        each -> {
          Set<Integer> others = numbersOfOthers(each, circle);
          return others.isEmpty() || !mustWait.test(each.request(), others);
        })) {
      // A test that waits only for tests that continue will continue too.
    }
    if (circle.contains(last)) {
      throw new IllegalStateException(text(circle));
    }
    waiting.put(Thread.currentThread(), last);
  }

  /** Removes the test of this thread, if it waits. */
  synchronized void remove() {
    waiting.remove(Thread.currentThread());
  }

  private static Set<Integer> numbersOfOthers(Waiting one, List<Waiting> all) {
    Set<Integer> numbers = new TreeSet<>();
    all.forEach(each -> numbers.addAll(each.own()));
    numbers.removeAll(one.own());
    return numbers;
  }

  private static String text(List<Waiting> circle) {
    return circle.stream()
        .map(
            each ->
                each.request().usedBy()
                    + " has "
                    + each.own().stream()
                        .filter(number -> circle.stream().anyMatch(other -> names(other, number)))
                        .sorted()
                        .toList()
                    + " and waits for "
                    + numbers(each.request()))
        .collect(
            Collectors.joining(
                "; ",
                "Tests wait for each other's ports, and none of them would go on: ",
                ". Have them ask for these ports in the same order, or put @ResourceLock(providers = FixedPortLocks.class) on their classes."));
  }

  private static boolean names(Waiting waiting, int number) {
    PortRequest request = waiting.request();
    return request.preferred().contains(number)
        || request.fallback().contains(number)
        || request.ranges().stream().anyMatch(range -> range.contains(number));
  }

  /** Returns the numbers and ranges that a request names. */
  private static List<Object> numbers(PortRequest request) {
    List<Object> numbers = new ArrayList<>(request.preferred());
    numbers.addAll(request.fallback());
    numbers.addAll(request.ranges());
    return numbers;
  }
}
