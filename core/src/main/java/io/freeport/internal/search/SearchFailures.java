package io.freeport.internal.search;

import io.freeport.PortRequest;
import io.freeport.PortTier;
import io.freeport.internal.os.SocketError;
import io.freeport.internal.os.WellKnownPorts;
import java.net.BindException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why the ports that were tried for a request could not be had. */
final class SearchFailures {

  /** Number of ports whose occupants the message names. */
  private static final int NAMED = 3;

  private final Map<PortTier, PortSequence> tried = new EnumMap<>(PortTier.class);
  private final Set<Integer> inUse = new LinkedHashSet<>();
  private @Nullable BindException notPermitted;
  private @Nullable BitSet excluded;
  private @Nullable BitSet misaligned;

  void entering(PortTier tier, PortSequence numbers) {
    tried.put(tier, numbers);
  }

  void excluded(int port) {
    excluded = with(port, excluded);
  }

  /** Most searches leave out nothing, so there is no set at first. */
  private static BitSet with(int port, @Nullable BitSet set) {
    BitSet ports = set == null ? new BitSet() : set;
    ports.set(port);
    return ports;
  }

  void misaligned(int port) {
    misaligned = with(port, misaligned);
  }

  /** Returns, as sentences, what the request itself ruled out. */
  List<String> skipped(PortRequest request) {
    List<String> sentences = new ArrayList<>();
    if (excluded != null) {
      sentences.add(
          "Of these, "
              + excluded.cardinality()
              + " left out: the request excludes them, or they were lost before.");
    }
    if (misaligned != null) {
      sentences.add(
          "Of these, "
              + misaligned.cardinality()
              + " left out: they are not multiples of "
              + request.alignment()
              + ".");
    }
    if (tried.containsKey(PortTier.RANGE)) {
      List<Integer> blocked = WellKnownPorts.notMeantBy(request.ranges());
      if (!blocked.isEmpty()) {
        sentences.add(
            "Not tried: "
                + blocked
                + ", since browsers refuse these ports. To get one, name it by preferred(...), or as a range of one port.");
      }
    }
    return sentences;
  }

  void add(int port, BindException refusal) throws BindException {
    if (SocketError.ADDRESS_IN_USE.isIn(refusal)) {
      inUse.add(port);
    } else if (SocketError.NOT_PERMITTED.isIn(refusal)) {
      notPermitted = refusal;
    } else if (SocketError.ADDRESS_NOT_AVAILABLE.isIn(refusal)) {
      throw refusal; // no port of that address can be had
    } else {
      inUse.add(port);
    }
  }

  /** Returns the ports that somebody has, the first few. */
  List<Integer> inUse() {
    return inUse.stream().limit(NAMED).toList();
  }

  /** Returns all ports that somebody has, of those that were tried. */
  Set<Integer> allInUse() {
    return Collections.unmodifiableSet(inUse);
  }

  boolean isInUse(int port) {
    return inUse.contains(port);
  }

  /** Returns whether a number that could not be had may be one of former connections. */
  boolean isTimeWaitPossible() {
    return !inUse.isEmpty();
  }

  boolean isNotPermitted() {
    return notPermitted != null;
  }

  /** Returns whether the last tier had nothing to try. */
  boolean hadNoPorts() {
    PortSequence any = tried.get(PortTier.ANY);
    return any != null && any.isEmpty();
  }

  /** Returns what was tried, tier by tier. */
  @Override
  public String toString() {
    return tried.entrySet().stream()
        .map(
            entry -> entry.getValue() + " (" + entry.getKey().name().toLowerCase(Locale.ROOT) + ")")
        .collect(Collectors.joining(", "));
  }
}
