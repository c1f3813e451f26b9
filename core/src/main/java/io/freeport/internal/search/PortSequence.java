package io.freeport.internal.search;

import io.freeport.PortRange;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.os.WellKnownPorts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Numbers to try, in their order or from a random one on. */
public final class PortSequence {

  /** Different port numbers, in the order in which they are tried or in that of their size. */
  private interface Candidates {
    int size();

    int at(int index);

    boolean contains(int number);

    int lowest();

    int highest();
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record Listed(int[] numbers) implements Candidates {

    @Override
    public int size() {
      return numbers.length;
    }

    @Override
    public int at(int index) {
      return numbers[index];
    }

    @Override
    public boolean contains(int number) {
      return IntStream.of(numbers).anyMatch(candidate -> candidate == number);
    }

    @Override
    public int lowest() {
      return IntStream.of(numbers).min().orElseThrow();
    }

    @Override
    public int highest() {
      return IntStream.of(numbers).max().orElseThrow();
    }
  }

  /**
   * Ranges with gaps between them. The pool of a machine has twenty thousand numbers in thirty
   * ranges, so these are what is kept.
   */
  private static final class InRanges implements Candidates {

    private final List<PortRange> ranges;

    /** How many numbers are in the ranges up to, and with, each one. */
    private final int[] sizes;

    /**
     * @param ranges in ascending order, without overlaps
     */
    InRanges(List<PortRange> ranges) {
      this.ranges = ranges;
      this.sizes = new int[ranges.size()];
      int size = 0;
      for (int i = 0; i < sizes.length; i++) {
        size += ranges.get(i).last() - ranges.get(i).first() + 1;
        sizes[i] = size;
      }
    }

    static InRanges of(BitSet numbers) {
      List<PortRange> ranges = new ArrayList<>();
      int first = numbers.nextSetBit(0);
      while (first >= 0) {
        int end = numbers.nextClearBit(first);
        ranges.add(new PortRange(first, end - 1));
        first = numbers.nextSetBit(end);
      }
      return new InRanges(ranges);
    }

    @Override
    public int size() {
      return sizes.length == 0 ? 0 : sizes[sizes.length - 1];
    }

    @Override
    public int at(int index) {
      int found = Arrays.binarySearch(sizes, index + 1);
      int range = found < 0 ? -found - 1 : found;
      return ranges.get(range).last() - (sizes[range] - 1 - index);
    }

    @Override
    public boolean contains(int number) {
      for (PortRange range : ranges) {
        if (range.contains(number)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public int lowest() {
      return ranges.get(0).first();
    }

    @Override
    public int highest() {
      return ranges.get(ranges.size() - 1).last();
    }
  }

  /** Below are the ports that most services use by default. */
  private static final int LOWEST_PORT = 10_000;

  /** With less room than this below the ephemeral range, the ports above it are used too. */
  private static final int ENOUGH = 1_000;

  private final Candidates numbers;
  private final boolean random;

  /** Numbers that are tried after all the others. */
  private final @Nullable PortSequence rest;

  private PortSequence(Candidates numbers, boolean random) {
    this(numbers, random, null);
  }

  private PortSequence(Candidates numbers, boolean random, @Nullable PortSequence rest) {
    this.numbers = numbers;
    this.random = random;
    this.rest = rest;
  }

  private static PortSequence inRandomOrder(BitSet numbers) {
    return new PortSequence(InRanges.of(numbers), true);
  }

  private static PortSequence nodePortsLast(BitSet numbers) {
    PortRange range = WellKnownPorts.NODE_PORTS;
    BitSet others = (BitSet) numbers.clone();
    others.clear(range.first(), range.last() + 1);
    numbers.andNot(others);
    if (others.isEmpty() || numbers.isEmpty()) {
      return inRandomOrder(others.isEmpty() ? numbers : others);
    }
    return new PortSequence(InRanges.of(others), true, inRandomOrder(numbers));
  }

  /** Returns numbers in their order, but those that Kubernetes uses after the others. */
  static PortSequence nodePortsLast(IntStream numbers) {
    PortRange range = WellKnownPorts.NODE_PORTS;
    int[] all = numbers.toArray();
    return inOrder(
        IntStream.concat(
            IntStream.of(all).filter(number -> !range.contains(number)),
            IntStream.of(all).filter(range::contains)));
  }

  static PortSequence inOrder(List<Integer> numbers) {
    return inOrder(numbers.stream().mapToInt(Integer::intValue));
  }

  static PortSequence inOrder(IntStream numbers) {
    return new PortSequence(new Listed(numbers.toArray()), false);
  }

  /**
   * Returns the ports that somebody means by ranges. One range without ports that browsers refuse
   * is what most requests name.
   */
  static PortSequence inRandomOrder(List<PortRange> ranges) {
    return ranges.size() == 1 && !WellKnownPorts.hasBlocked(ranges.get(0))
        ? new PortSequence(new InRanges(ranges), true)
        : inRandomOrder(WellKnownPorts.meantBy(ranges));
  }

  /**
   * Returns the ports from 10000 up to the ephemeral range, without reserved and well-known ones
   * and those that browsers refuse. A hold <em>within</em> the ephemeral range would be in the way
   * of Docker, which looks for random ports there by explicit binds and gives up after a few. If
   * that leaves little room, the ports above the range are added, and if that leaves none, those
   * below 10000. Where even these are ephemeral, the sequence {@linkplain #isWithin is within} that
   * range: from 10000 on, as Docker counts up from the lower end. The ports that Kubernetes uses
   * come last.
   */
  public static PortSequence outsideEphemeralRange(KernelPorts kernel) {
    int first = kernel.ephemeral().first();
    int last = kernel.ephemeral().last();
    BitSet numbers = kernel.openWithin(LOWEST_PORT, first - 1);
    if (withoutNodePorts(numbers) < ENOUGH) {
      numbers.or(kernel.openWithin(Math.max(last + 1, LOWEST_PORT), PortRange.HIGHEST_PORT));
    }
    if (withoutNodePorts(numbers) == 0) {
      numbers.or(
          kernel.openWithin(WellKnownPorts.FIRST_UNPRIVILEGED, Math.min(first, LOWEST_PORT) - 1));
    }
    if (numbers.isEmpty()) {
      numbers = kernel.openEphemeral(LOWEST_PORT);
    }
    if (numbers.isEmpty()) {
      numbers = kernel.openEphemeral(WellKnownPorts.FIRST_UNPRIVILEGED);
    }
    return nodePortsLast(numbers);
  }

  private static int withoutNodePorts(BitSet numbers) {
    PortRange range = WellKnownPorts.NODE_PORTS;
    return numbers.cardinality() - numbers.get(range.first(), range.last() + 1).cardinality();
  }

  /**
   * Returns the ports that somebody means by ranges, whatever services use them by default, without
   * the avoided ones.
   */
  public static PortSequence within(List<PortRange> ranges, List<PortRange> avoided) {
    BitSet numbers = WellKnownPorts.meantBy(ranges);
    avoided.forEach(range -> numbers.clear(range.first(), range.last() + 1));
    return inRandomOrder(numbers);
  }

  /** Returns whether there are numbers, and all of them are in a range. */
  public boolean isWithin(PortRange range) {
    return !isEmpty() && range.contains(lowest()) && range.contains(highest());
  }

  boolean isEmpty() {
    return numbers.size() == 0;
  }

  boolean contains(int number) {
    return numbers.contains(number) || (rest != null && rest.contains(number));
  }

  private int size() {
    return numbers.size() + (rest == null ? 0 : rest.size());
  }

  private int lowest() {
    return rest == null ? numbers.lowest() : Math.min(numbers.lowest(), rest.lowest());
  }

  private int highest() {
    return rest == null ? numbers.highest() : Math.max(numbers.highest(), rest.highest());
  }

  /** Adds all numbers, or the blocks that begin with them, to a set. */
  void addTo(BitSet set, int blockLength) {
    for (int index = 0; index < numbers.size(); index++) {
      int first = numbers.at(index);
      set.set(first, Math.min(first + blockLength, PortRange.HIGHEST_PORT + 1));
    }
    if (rest != null) {
      rest.addTo(set, blockLength);
    }
  }

  /**
   * Starts to go through the numbers: in their order, or from a random one on in steps that spread
   * them, so that allocators that start near each other soon part.
   *
   * @param refusals of random numbers, those from which a block of {@code length} was refused
   *     recently come last
   */
  Cursor cursor(RecentRefusals refusals, int length) {
    return new Cursor(refusals, length);
  }

  /** Starts to go through the numbers, whichever were refused recently. */
  public Cursor cursor() {
    return cursor(new RecentRefusals(), 1);
  }

  /** A way through the numbers that comes to each of them once. */
  public final class Cursor {

    private final RecentRefusals refusals;
    private final int length;
    private final int size = numbers.size();
    private final int step;
    private final BitSet postponed = new BitSet();
    private int index;
    private int visited;
    private boolean isSecondRound;

    /** The way through the {@link #rest}, once it has begun. */
    private @Nullable Cursor restCursor;

    private Cursor(RecentRefusals refusals, int length) {
      this.refusals = refusals;
      this.length = length;
      if (random && size > 0) {
        ThreadLocalRandom dice = ThreadLocalRandom.current();
        index = dice.nextInt(size);
        step = coprimeTo(size, dice);
      } else {
        step = 1;
      }
    }

    /** Returns the next number; 0 after the last one. */
    public int next() {
      while (true) {
        if (visited == size) {
          if (isSecondRound || postponed.isEmpty()) {
            return nextOfRest();
          }
          isSecondRound = true;
          visited = 0; // and the index is where the first round began
        }
        int number = numbers.at(index);
        index = (int) (((long) index + step) % size);
        visited++;
        if (isSecondRound ? postponed.get(number) : !isPostponed(number)) {
          return number;
        }
      }
    }

    private int nextOfRest() {
      if (rest == null) {
        return 0;
      }
      if (restCursor == null) {
        restCursor = rest.cursor(refusals, length);
      }
      return restCursor.next();
    }

    private boolean isPostponed(int number) {
      boolean refused = random && refusals.containsAnyOf(number, length);
      if (refused) {
        postponed.set(number);
      }
      return refused;
    }
  }

  /** Steps of such a length come back to the first number only after all the others. */
  private static int coprimeTo(int size, ThreadLocalRandom dice) {
    while (true) {
      int step = 1 + dice.nextInt(size);
      if (greatestCommonDivisor(step, size) == 1) {
        return step;
      }
    }
  }

  private static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  /** Says which numbers these are, for messages. */
  @Override
  public String toString() {
    int size = size();
    if (size == 0) {
      return "no ports at all";
    }
    if (!random && size <= 10) {
      return IntStream.range(0, size)
          .mapToObj(index -> String.valueOf(numbers.at(index)))
          .collect(Collectors.joining(", "));
    }
    return size + " ports from " + lowest() + " to " + highest();
  }
}
