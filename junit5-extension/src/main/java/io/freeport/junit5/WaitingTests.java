package io.freeport.junit5;

import io.freeport.PortRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * The tests of this JVM that wait for fixed ports. If they wait for no others than each other, none
 * of them will ever go on. Such a circle is closed by the last one that begins to wait, and it is
 * the one that is told: when it has failed, its ports are free for the others.
 */
final class WaitingTests {

  // Guarded by this.
  private final Map<Thread, Waiting> waiting = new LinkedHashMap<>();

  /**
   * A test that waits.
   *
   * @param ours the numbers that it has, and will not release meanwhile
   */
  private record Waiting(PortRequest request, Set<Integer> ours) {}

  /**
   * Notes that this thread begins to wait.
   *
   * @param isTurnOf whether a request has to wait if these are the numbers that others have
   * @throws IllegalStateException if it would do so in vain
   */
  synchronized void add(
      PortRequest request, Set<Integer> ours, BiPredicate<PortRequest, Set<Integer>> isTurnOf) {
    Waiting last = new Waiting(request, ours);
    List<Waiting> circle = new ArrayList<>(waiting.values());
    circle.add(last);
    while (circle.removeIf(
        each -> {
          Set<Integer> theirs = numbersOfOthers(each, circle);
          return theirs.isEmpty() || !isTurnOf.test(each.request(), theirs);
        })) {
      // Who waits for somebody that will go on will do so too.
    }
    if (circle.contains(last)) {
      throw new IllegalStateException(text(circle));
    }
    waiting.put(Thread.currentThread(), last);
  }

  synchronized void remove() {
    waiting.remove(Thread.currentThread());
  }

  private static Set<Integer> numbersOfOthers(Waiting one, List<Waiting> all) {
    Set<Integer> numbers = new TreeSet<>();
    all.forEach(each -> numbers.addAll(each.ours()));
    numbers.removeAll(one.ours());
    return numbers;
  }

  private static String text(List<Waiting> circle) {
    Set<Integer> wanted = new LinkedHashSet<>();
    circle.forEach(each -> wanted.addAll(each.request().preferred()));
    return circle.stream()
        .map(
            each ->
                each.request().usedBy()
                    + " has "
                    + each.ours().stream().filter(wanted::contains).sorted().toList()
                    + " and waits for "
                    + each.request().preferred())
        .collect(
            Collectors.joining(
                "; ",
                "Tests wait for each other's ports, and none of them would go on: ",
                ". Have them ask for these ports in the same order, or put @ResourceLock(providers = FixedPortLocks.class) on their classes."));
  }
}
