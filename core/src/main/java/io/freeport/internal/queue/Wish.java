package io.freeport.internal.queue;

import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.Protocol;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a request waits for.
 *
 * @param address in digits; {@link #ANY_ADDRESS} for all
 * @param compound whether one free number may be too little for the request
 * @param numbers those that the request may get
 */
public record Wish(Protocol protocol, String address, boolean compound, BitSet numbers) {

  static final String ANY_ADDRESS = "*";

  /** Describes a request that may get the given numbers. */
  public static Wish of(PortRequest request, BitSet numbers) {
    InetAddress address = request.address();
    return new Wish(
        request.protocol(),
        address == null || address.isAnyLocalAddress() ? ANY_ADDRESS : address.getHostAddress(),
        request.count() > 1
            || !request.alsoAt().isEmpty()
            || request.protocol() == Protocol.TCP_AND_UDP,
        numbers);
  }

  /** Reads what {@link #toString} wrote; returns null if the text is something else. */
  static @Nullable Wish parse(String text) {
    String[] words = text.split(" ", -1);
    if (words.length != 4) {
      return null;
    }
    try {
      BitSet numbers = new BitSet();
      for (String range : words[3].split(",", -1)) {
        PortRange parsed = PortRange.parse(range);
        numbers.set(parsed.first(), parsed.last() + 1);
      }
      return new Wish(
          Protocol.valueOf(words[0]), words[1], Boolean.parseBoolean(words[2]), numbers);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Returns the numbers that only one of two requests can get at a time. */
  BitSet common(Wish other) {
    boolean meet =
        (protocol == other.protocol
                || protocol == Protocol.TCP_AND_UDP
                || other.protocol == Protocol.TCP_AND_UDP)
            && (address.equals(other.address)
                || address.equals(ANY_ADDRESS)
                || other.address.equals(ANY_ADDRESS));
    BitSet common = new BitSet();
    if (meet) {
      common.or(numbers);
      common.and(other.numbers);
    }
    return common;
  }

  /** Returns the numbers as ranges, in ascending order. */
  public List<PortRange> ranges() {
    List<PortRange> ranges = new ArrayList<>();
    for (int first = numbers.nextSetBit(0); first >= 0; ) {
      int end = numbers.nextClearBit(first);
      ranges.add(new PortRange(first, end - 1));
      first = numbers.nextSetBit(end);
    }
    return ranges;
  }

  /** Returns one line without blanks at its ends, for other JVMs. */
  @Override
  public String toString() {
    return protocol
        + " "
        + address
        + " "
        + compound
        + " "
        + ranges().stream().map(PortRange::toString).collect(Collectors.joining(","));
  }
}
