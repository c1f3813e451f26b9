package io.freeport.internal.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortRange;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.os.WellKnownPorts;
import java.util.ArrayList;
import java.util.BitSet;
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
                .filter(port -> !WellKnownPorts.contains(port) && port != 10080)
                .boxed()
                .toList());
  }

  @Test
  void takesThePortsAboveWhenThereIsLittleRoomBelow() {
    KernelPorts kernel = new KernelPorts(new PortRange(10500, 65000), List.of());

    assertThat(visitAll(PortSequence.outsideEphemeralRange(kernel)))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.concat(
                    IntStream.rangeClosed(10001, 10499)
                        .filter(port -> port != 10080 && port != 10250),
                    IntStream.rangeClosed(65001, 65535))
                .boxed()
                .toList());
  }

  @Test
  void takesEphemeralPortsWhenThereAreNoOthers() {
    PortRange everything = new PortRange(1024, 65535);
    PortSequence pool =
        PortSequence.outsideEphemeralRange(
            new KernelPorts(everything, List.of(new PortRange(20000, 29999))));

    assertThat(visitAll(pool).stream().sorted()) // in any order would take seconds
        .containsExactlyElementsOf(
            IntStream.rangeClosed(10001, 65535)
                .filter(port -> port < 20000 || port > 29999)
                .filter(port -> !WellKnownPorts.contains(port) && port != 10080)
                .boxed()
                .toList());
    assertNodePortsLast(visitAll(pool));
    assertThat(pool.isWithin(everything)).isTrue();
  }

  @Test
  void takesLowEphemeralPortsWhenThereAreNoOthers() {
    PortRange everything = new PortRange(1024, 65535);
    PortSequence pool =
        PortSequence.outsideEphemeralRange(
            new KernelPorts(everything, List.of(new PortRange(10000, 65535))));

    assertThat(visitAll(pool))
        .hasSizeGreaterThan(8000)
        .allMatch(port -> 1024 <= port && port < 10000)
        .doesNotContain(8080, 6000);
    assertThat(pool.isWithin(everything)).isTrue();
  }

  @Test
  void onePortOutsideTheEphemeralRangeIsEnough() {
    PortSequence pool =
        PortSequence.outsideEphemeralRange(new KernelPorts(new PortRange(1025, 65535), List.of()));

    assertThat(visitAll(pool)).containsExactly(1024);
    assertThat(pool.isWithin(new PortRange(1025, 65535))).isFalse();
  }

  @Test
  void isEmptyWhenEverythingIsReserved() {
    PortSequence pool =
        PortSequence.outsideEphemeralRange(
            new KernelPorts(new PortRange(32768, 60999), List.of(new PortRange(1, 65535))));

    assertThat(visitAll(pool)).isEmpty();
    assertThat(pool).hasToString("no ports at all");
    assertThat(pool.isWithin(new PortRange(1, 65535))).isFalse();
  }

  @Test
  void nodePortsComeAfterAllOthersAlsoAfterThoseThatWereRefused() {
    KernelPorts kernel =
        new KernelPorts(new PortRange(32768, 65535), List.of(new PortRange(10000, 28999)));
    PortSequence pool = PortSequence.outsideEphemeralRange(kernel);
    RecentRefusals refusals = new RecentRefusals();
    IntStream.of(29001, 29500, 30001, 31000).forEach(refusals::add);

    List<Integer> visited = visitAll(pool, refusals);

    assertThat(visited)
        .doesNotHaveDuplicates()
        .hasSize(999 + 2766); // without 29092, 30000 and 32400
    assertNodePortsLast(visited);
    assertThat(visited.subList(997, 999)).containsExactlyInAnyOrder(29001, 29500);
    assertThat(visited.subList(visited.size() - 2, visited.size()))
        .containsExactlyInAnyOrder(30001, 31000);
    assertThat(pool).hasToString("3765 ports from 29000 to 32767");
    assertThat(pool.contains(29001) && pool.contains(30001)).isTrue();
    assertThat(pool.contains(30000)).isFalse();
    BitSet all = new BitSet();
    pool.addTo(all, 1);
    assertThat(all.stream().boxed()).hasSameElementsAs(visited);
  }

  /** The ports above the ephemeral range, or those below 10000, are better than node ports. */
  @Test
  void nodePortsAreNoRoom() {
    PortRange others = new PortRange(10000, 29999);

    assertThat(
            visitAll(
                PortSequence.outsideEphemeralRange(
                    new KernelPorts(new PortRange(32768, 60999), List.of(others)))))
        .satisfies(PortSequenceTest::assertNodePortsLast)
        .contains(61000, 65535)
        .hasSize(65535 - 61000 + 1 + 2768 - 2);
    assertThat(
            visitAll(
                PortSequence.outsideEphemeralRange(
                    new KernelPorts(new PortRange(32768, 65535), List.of(others)))))
        .satisfies(PortSequenceTest::assertNodePortsLast)
        .contains(9998, 30001);
  }

  @Test
  void nodePortsAreLastInListsOfWhatNobodyNamed() {
    assertThat(visitAll(PortSequence.nodePortsLast(IntStream.of(30001, 29998, 30002, 29997))))
        .containsExactly(29998, 29997, 30001, 30002);
  }

  @Test
  void rangesThatSomebodyWroteHaveNoPortsThatBrowsersRefuse() {
    PortRange irc = new PortRange(6664, 6670);
    assertThat(visitAll(PortSequence.inRandomOrder(List.of(irc))))
        .containsExactlyInAnyOrder(6664, 6670);
    assertThat(visitAll(PortSequence.within(List.of(irc), List.of(new PortRange(6664, 6664)))))
        .containsExactly(6670);
    assertThat(visitAll(PortSequence.inRandomOrder(List.of(new PortRange(6666, 6666)))))
        .as("one port is named by its range")
        .containsExactly(6666);
    assertThat(visitAll(PortSequence.within(List.of(irc, new PortRange(6666, 6666)), List.of())))
        .containsExactlyInAnyOrder(6664, 6666, 6670);
  }

  @Test
  void rangesThatSomebodyWroteAreInAnyOrder() {
    PortSequence range = PortSequence.inRandomOrder(List.of(new PortRange(29990, 30009)));
    Set<Integer> firsts = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      firsts.add(visitAll(range).get(0));
    }
    assertThat(firsts).anyMatch(port -> port < 30000).anyMatch(port -> port >= 30000);
  }

  private static void assertNodePortsLast(List<? extends Integer> visited) {
    int first = visited.stream().map(WellKnownPorts.NODE_PORTS::contains).toList().indexOf(true);
    assertThat(first).isPositive();
    assertThat(visited.subList(first, visited.size()))
        .allMatch(WellKnownPorts.NODE_PORTS::contains);
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
        PortSequence.inRandomOrder(List.of(new PortRange(5120, 5169), new PortRange(5100, 5129)));

    List<Integer> visited = visitAll(pool, refused(port -> port % 2 == 0));

    assertThat(visited.subList(0, 35)).allMatch(port -> port % 2 != 0).doesNotHaveDuplicates();
    assertThat(visited.subList(35, 70)).allMatch(port -> port % 2 == 0).doesNotHaveDuplicates();
    assertThat(pool).hasToString("70 ports from 5100 to 5169");
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
        PortSequence.within(List.of(new PortRange(5110, 5119)), List.of(new PortRange(5112, 5113)));

    assertThat(visitAll(pool))
        .containsExactlyInAnyOrder(5110, 5111, 5114, 5115, 5116, 5117, 5118, 5119);
    assertThat(IntStream.range(5100, 5130).filter(pool::contains))
        .containsExactly(5110, 5111, 5114, 5115, 5116, 5117, 5118, 5119);
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
    IntStream.range(1, 6000).filter(numbers).forEach(refusals::add);
    return refusals;
  }
}
