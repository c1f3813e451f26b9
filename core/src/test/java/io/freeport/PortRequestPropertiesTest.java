package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.internal.os.WellKnownPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import org.jspecify.annotations.Nullable;

/**
 * Whatever is asked, what is returned satisfies it; and what is refused could not be had. The
 * oracle knows nothing of sockets: it goes through all numbers in the order of the tiers.
 */
class PortRequestPropertiesTest {

  private static final int AREA = 60;

  private final PortAllocator allocator = PortAllocator.create();
  private final PortAllocator others = PortAllocator.create();
  private final int base = freeArea();

  /** Numbers are relative to the area. */
  record Wish(
      List<Integer> preferred,
      List<Integer> fallback,
      List<PortRange> ranges,
      Set<Integer> excluded,
      int count,
      boolean contiguous,
      int alignment,
      int near,
      int alsoAt,
      Protocol protocol,
      PortTier lastTier) {}

  private int freeArea() {
    try (PortAllocator finder = PortAllocator.create()) {
      return finder.holdAll(PortRequest.named("").count(AREA).contiguous().build()).get(0).number();
    }
  }

  @AfterProperty
  void releaseAll() {
    allocator.close();
    others.close();
  }

  @Property(tries = 400)
  @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
  void whatIsReturnedSatisfiesTheRequest(
      @ForAll("wishes") Wish wish,
      @ForAll("areas") Set<Integer> taken,
      @ForAll("areas") Set<Integer> closing)
      throws IOException {
    for (int number : closing) {
      leaveInTimeWait(base + number);
    }
    List<HeldPort> blockers = new ArrayList<>();
    for (int number : taken) {
      blockers.add(
          others.hold(
              PortRequest.named("")
                  .protocol(Protocol.TCP_AND_UDP)
                  .preferred(base + number)
                  .strict()
                  .build()));
    }
    try {
      PortRequest request;
      try {
        request = requestFor(wish);
      } catch (IllegalArgumentException neverSatisfiable) {
        assertThat(oracle(wish, Set.of(), wish.count()))
            .as("refused to build: %s", neverSatisfiable.getMessage())
            .isNull();
        Statistics.collect("never satisfiable");
        return;
      }
      assertThat(oracle(wish, Set.of(), wish.count()))
          .as("built although nothing can satisfy it: %s", wish)
          .isNotNull();
      try {
        List<HeldPort> ports = allocator.holdAll(request);
        try {
          check(wish, taken, ports);
          Statistics.collect("satisfied");
        } finally {
          ports.forEach(HeldPort::close);
        }
      } catch (PortUnavailableException e) {
        assertThat(oracle(wish, taken, wish.count())).as("refused: %s", e.getMessage()).isNull();
        Statistics.collect("refused");
        assertThat(e.getMessage()).startsWith("No " + request + " can be had. Tried: ");
      }
    } finally {
      blockers.forEach(HeldPort::close);
    }
    // Otherwise most of the requests could be such that there is nothing to check.
    Statistics.coverage(
        outcomes -> {
          outcomes.check("satisfied").percentage(percentage -> percentage > 20);
          outcomes.check("refused").percentage(percentage -> percentage > 5);
        });
  }

  /** Such a port can be had. It stays so for a minute. */
  private static void leaveInTimeWait(int number) throws IOException {
    try (ServerSocket server = new ServerSocket(number, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(InetAddress.getLoopbackAddress(), number);
        Socket accepted = server.accept()) {
      accepted.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private PortRequest requestFor(Wish wish) {
    PortRequest.Builder builder =
        PortRequest.named("wish")
            .protocol(wish.protocol())
            .preferred(wish.preferred().stream().mapToInt(number -> base + number).toArray())
            .fallback(wish.fallback().stream().mapToInt(number -> base + number).toArray())
            .exclude(wish.excluded().stream().mapToInt(number -> base + number).toArray())
            .count(wish.count())
            .alignedTo(wish.alignment())
            .near(wish.near())
            .upTo(wish.lastTier());
    if (wish.alsoAt() != 0) {
      builder.alsoAt(wish.alsoAt());
    }
    wish.ranges().forEach(range -> builder.range(base + range.first(), base + range.last()));
    return wish.contiguous() ? builder.contiguous().build() : builder.build();
  }

  private void check(Wish wish, Set<Integer> taken, List<HeldPort> ports) {
    List<Integer> numbers = ports.stream().map(port -> port.number() - base).toList();
    assertThat(numbers).hasSize(wish.count()).doesNotHaveDuplicates();
    assertThat(numbers).noneMatch(taken::contains).noneMatch(wish.excluded()::contains);
    for (HeldPort port : ports) {
      assertThat(port.companions())
          .extracting(HeldPort::number)
          .isEqualTo(wish.alsoAt() == 0 ? List.of() : List.of(port.number() + wish.alsoAt()))
          .noneMatch(number -> taken.contains(number - base))
          .noneMatch(number -> wish.excluded().contains(number - base));
    }
    if (wish.contiguous()) {
      int first = numbers.get(0);
      assertThat(numbers)
          .containsExactlyElementsOf(IntStream.range(first, first + wish.count()).boxed().toList());
      assertThat((base + first) % wish.alignment()).isZero();
    } else {
      assertThat(numbers).allMatch(number -> (base + number) % wish.alignment() == 0);
    }
    PortTier best = oracle(wish, taken, wish.contiguous() ? wish.count() : 1);
    assertThat(ports.get(0).tier()).as("the first tier that had something").isEqualTo(best);
  }

  /**
   * Returns the first tier from which so many ports, as one block or one by one, could be had; null
   * if none.
   */
  private @Nullable PortTier oracle(Wish wish, Set<Integer> taken, int count) {
    Set<Integer> used = new HashSet<>(taken);
    used.addAll(wish.excluded());
    if (wish.contiguous() && wish.alsoAt() != 0 && Math.abs(wish.alsoAt()) < wish.count()) {
      return null; // it would lead into the block
    }
    PortTier first = null;
    int left = wish.contiguous() ? 1 : count;
    for (PortTier tier : PortTier.values()) {
      if (tier.compareTo(wish.lastTier()) > 0) {
        break;
      }
      for (int start : starts(wish, tier)) {
        List<Integer> block =
            IntStream.range(start, start + (wish.contiguous() ? wish.count() : 1)).boxed().toList();
        List<Integer> all = new ArrayList<>(block);
        if (wish.alsoAt() != 0) {
          block.forEach(number -> all.add(number + wish.alsoAt()));
        }
        boolean possible =
            (base + start) % wish.alignment() == 0
                && all.stream().noneMatch(used::contains)
                && (tier != PortTier.RANGE || starts(wish, tier).containsAll(block));
        if (possible) {
          first = first == null ? tier : first;
          used.addAll(all);
          if (--left == 0) {
            return first;
          }
        }
      }
    }
    return null;
  }

  private List<Integer> starts(Wish wish, PortTier tier) {
    return switch (tier) {
      case PREFERRED -> wish.preferred();
      case FALLBACK -> wish.fallback();
      case RANGE ->
          IntStream.range(0, 2 * AREA)
              .filter(
                  number ->
                      wish.ranges().isEmpty()
                          ? isNear(wish, number)
                          : wish.ranges().stream().anyMatch(range -> range.contains(number)))
              .boxed()
              .toList();
      case ANY -> List.of();
    };
  }

  private boolean isNear(Wish wish, int number) {
    return !WellKnownPorts.contains(base + number)
        && wish.preferred().stream()
            .anyMatch(port -> port != number && Math.abs(port - number) <= wish.near());
  }

  @Provide
  Arbitrary<Set<Integer>> areas() {
    return Arbitraries.integers().between(20, AREA - 21).set().ofMaxSize(12);
  }

  @Provide
  Arbitrary<Wish> wishes() {
    // Twenty from either end, so that what is near a port or follows it is within the area too.
    Arbitrary<Integer> number = Arbitraries.integers().between(20, AREA - 21);
    Arbitrary<List<Integer>> numbers = number.list().uniqueElements().ofMaxSize(3);
    Arbitrary<List<PortRange>> ranges =
        Combinators.combine(number, number)
            .as((one, two) -> new PortRange(Math.min(one, two), Math.max(one, two)))
            .list()
            .ofMaxSize(2);
    return Combinators.combine(
            numbers,
            numbers,
            ranges,
            number.set().ofMaxSize(5),
            Arbitraries.integers().between(1, 4),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(0, 9))
        .flatAs(
            (preferred, fallback, range, excluded, count, contiguous, alignment, near) ->
                Combinators.combine(
                        // Several independent ports with companions may keep each other out.
                        count == 1 || contiguous
                            ? Arbitraries.of(0, 0, 3, 7, -5)
                            : Arbitraries.just(0),
                        Arbitraries.of(Protocol.class),
                        Arbitraries.of(PortTier.PREFERRED, PortTier.FALLBACK, PortTier.RANGE))
                    .as(
                        (alsoAt, protocol, lastTier) ->
                            new Wish(
                                preferred,
                                fallback,
                                range,
                                excluded,
                                count,
                                contiguous,
                                alignment,
                                near,
                                alsoAt,
                                protocol,
                                lastTier)));
  }
}
