package io.freeport.internal.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortRange;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.os.WellKnownPorts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortSequenceTest {

  @Test
  void keepsClearOfTheEphemeralRangeAndOfReservedPorts() {
    KernelPorts kernel =
        new KernelPorts(new PortRange(32768, 60999), List.of(new PortRange(10001, 10003)));

    List<Integer> all = visitAll(PortSequence.outsideEphemeralRange(kernel));

    assertThat(all)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(10000, 32767)
                .filter(port -> port < 10001 || port > 10003)
                .filter(port -> !WellKnownPorts.contains(port))
                .boxed()
                .toList());
  }

  @Test
  void takesThePortsAboveWhenThereIsLittleRoomBelow() {
    KernelPorts kernel = new KernelPorts(new PortRange(10500, 65000), List.of());

    assertThat(visitAll(PortSequence.outsideEphemeralRange(kernel)))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.concat(
                    IntStream.rangeClosed(10001, 10499).filter(port -> port != 10250),
                    IntStream.rangeClosed(65001, 65535))
                .boxed()
                .toList());
  }

  @Test
  void isEmptyWhenTheEphemeralRangeIsEverything() {
    PortSequence pool =
        PortSequence.outsideEphemeralRange(new KernelPorts(new PortRange(1024, 65535), List.of()));

    assertThat(visitAll(pool)).isEmpty();
    assertThat(pool).hasToString("no ports at all");
  }

  @Test
  void takesLowPortsWhenThereAreNoOthers() {
    PortSequence pool =
        PortSequence.outsideEphemeralRange(new KernelPorts(new PortRange(9000, 65535), List.of()));

    assertThat(visitAll(pool))
        .hasSizeGreaterThan(7000)
        .allMatch(port -> 1024 <= port && port < 9000)
        .doesNotContain(8080);
  }

  @Test
  void startsAnywhere() {
    PortSequence pool =
        PortSequence.outsideEphemeralRange(new KernelPorts(new PortRange(32768, 60999), List.of()));
    Set<Integer> firsts = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      firsts.add(visitAll(pool).get(0));
    }
    assertThat(firsts).hasSizeGreaterThan(25);
  }

  @Test
  void recentlyRefusedNumbersComeLast() {
    PortSequence pool =
        PortSequence.inRandomOrder(List.of(new PortRange(100, 149), new PortRange(80, 109)));

    List<Integer> visited = visitAll(pool, refused(port -> port % 2 == 0));

    assertThat(visited.subList(0, 35)).allMatch(port -> port % 2 != 0).doesNotHaveDuplicates();
    assertThat(visited.subList(35, 70)).allMatch(port -> port % 2 == 0).doesNotHaveDuplicates();
    assertThat(pool).hasToString("70 ports from 80 to 149");
  }

  @Test
  void numbersInAnOrderKeepIt() {
    PortSequence pool = PortSequence.inOrder(List.of(7, 8, 5));

    assertThat(visitAll(pool, refused(port -> port > 5))).containsExactly(7, 8, 5);
    assertThat(pool).hasToString("7, 8, 5");
  }

  @Test
  void knowsWhichNumbersItHas() {
    PortSequence pool =
        PortSequence.within(List.of(new PortRange(10, 19)), List.of(new PortRange(12, 13)));

    assertThat(visitAll(pool)).containsExactlyInAnyOrder(10, 11, 14, 15, 16, 17, 18, 19);
    assertThat(IntStream.range(0, 30).filter(pool::contains))
        .containsExactly(10, 11, 14, 15, 16, 17, 18, 19);
  }

  private static List<Integer> visitAll(PortSequence pool) {
    return visitAll(pool, new RecentRefusals());
  }

  private static List<Integer> visitAll(PortSequence pool, RecentRefusals refusals) {
    List<Integer> visited = new ArrayList<>();
    PortSequence.Cursor cursor = pool.cursor(refusals, 1);
    for (int number = cursor.next(); number > 0; number = cursor.next()) {
      visited.add(number);
    }
    return visited;
  }

  private static RecentRefusals refused(IntPredicate numbers) {
    RecentRefusals refusals = new RecentRefusals();
    IntStream.range(1, 200).filter(numbers).forEach(refusals::add);
    return refusals;
  }
}
