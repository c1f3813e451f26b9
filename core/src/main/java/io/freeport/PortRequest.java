package io.freeport;

import io.freeport.internal.os.WellKnownPorts;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request for ports: which ones, in which order of preference, and how many.
 *
 * <pre>{@code
 * PortRequest web = PortRequest.named("web").preferred(8080).fallback(8090, 8100).build();
 * PortRequest ftp = PortRequest.named("ftp-passive").count(10).contiguous().range(21000, 21999).build();
 * }</pre>
 *
 * <p>The {@linkplain PortTier tiers} are tried in their order: the preferred ports, the fallback
 * list, the ranges (without any, the ports near the preferred ones, nearest first), and any port. A
 * request with ranges stays within them, and one that is strict with the preferred ports, unless
 * {@link Builder#upTo(PortTier)} says otherwise.
 *
 * <p>Preferred and fallback ports may have any number, and so may ranges; but of a range of several
 * ports, those are left out that browsers refuse. Elsewhere a request does not get privileged
 * ports, ports that well-known services use by default, ports that browsers refuse, ephemeral ports
 * (unless there are no others), or ports that the administrator reserved. It gets the ports from
 * 30000 to 32767, which Kubernetes uses, only if all others are taken.
 *
 * <p>Requests are immutable and may be used again, from any thread.
 *
 * @since 0.1.0
 */
public final class PortRequest {

  private static final int[] ONE = {0};

  private static final PortRequest ANY = named("").build();

  private final Builder builder;

  private PortRequest(Builder builder) {
    this.builder = builder;
  }

  /**
   * Returns a request for any TCP port, without a name.
   *
   * @return always the same
   */
  public static PortRequest any() {
    return ANY;
  }

  /**
   * Starts a request.
   *
   * @param name what the port is for, as messages will call it; may be empty
   * @return a builder for any TCP port of that name
   */
  public static Builder named(String name) {
    return new Builder(name);
  }

  /**
   * Starts a request with the values of this one.
   *
   * @return a builder with everything that this request has
   */
  public Builder toBuilder() {
    return new Builder(builder);
  }

  /**
   * Returns what the port is for.
   *
   * @return the name; may be empty
   */
  public String name() {
    return builder.name;
  }

  /**
   * Returns who requests the port, for messages.
   *
   * @return a test, for example; may be empty
   */
  public String usedBy() {
    return builder.usedBy;
  }

  /**
   * Returns the protocol that the port is used for.
   *
   * @return the protocol
   */
  public Protocol protocol() {
    return builder.protocol;
  }

  /**
   * Returns the address on which the port is held.
   *
   * @return the address; null for all addresses of this machine, IPv4 and IPv6
   */
  public @Nullable InetAddress address() {
    return builder.address;
  }

  /**
   * Returns how many ports are wanted.
   *
   * @return at least 1
   */
  public int count() {
    return builder.count;
  }

  /**
   * Returns whether the ports have to follow each other without a gap.
   *
   * @return whether they are to be one block
   */
  public boolean isContiguous() {
    return builder.contiguous;
  }

  /**
   * Returns at which distances from a port the request wants further ports.
   *
   * @return the distances, as they were given; empty if the request wants none
   */
  public List<Integer> alsoAt() {
    return builder.alsoAt;
  }

  /**
   * Returns the ports that are found together, or not at all, as distances from the first one: a
   * block, or one port, each port followed by those that belong to it.
   *
   * @return at least one distance, the first one is 0; not to be changed
   */
  public int[] group() {
    if (builder.alsoAt.isEmpty() && !builder.contiguous) {
      return ONE;
    }
    int length = builder.contiguous ? builder.count : 1;
    int[] group = new int[length * (1 + builder.alsoAt.size())];
    int i = 0;
    for (int unit = 0; unit < length; unit++) {
      group[i++] = unit;
      for (int distance : builder.alsoAt) {
        group[i++] = unit + distance;
      }
    }
    return group;
  }

  /**
   * Returns how the ports are handed over to their consumer.
   *
   * @return the mode; null for that of the allocator
   */
  public @Nullable HandoffMode handoff() {
    return builder.handoff;
  }

  /**
   * Returns whether the hold stays beside the consumer until the port is released.
   *
   * @return whether the port is kept
   */
  public boolean isKept() {
    return builder.kept;
  }

  /**
   * Returns whether the request waits while its ports are in use.
   *
   * @return false if it then fails at once
   */
  public boolean isQueued() {
    return builder.queued;
  }

  /**
   * Returns how long the request waits at most.
   *
   * @return more than zero; empty for what {@code freeport.queue.timeout} says, or if the request
   *     does not wait
   */
  public Optional<Duration> queueTimeout() {
    return Optional.ofNullable(builder.queueTimeout);
  }

  /**
   * Returns whether only a preferred port will do.
   *
   * @return whether the request fails if no preferred port can be had
   */
  public boolean isStrict() {
    return lastTier() == PortTier.PREFERRED;
  }

  /** Returns this request for one number, which is the first one of a block. */
  PortRequest pinnedTo(int number) {
    Builder pinned = toBuilder();
    pinned.preferred = List.of(number);
    pinned.fallback = List.of();
    pinned.ranges = List.of();
    pinned.excluded = List.of();
    pinned.alignment = 1;
    return pinned.strict().build();
  }

  /**
   * Returns this request for one port.
   *
   * @return this, if it is for one
   */
  public PortRequest single() {
    return builder.count == 1 ? this : toBuilder().count(1).build();
  }

  /**
   * Returns the ports that are tried first.
   *
   * @return in the order of preference; for a block, each is the first one of a block
   */
  public List<Integer> preferred() {
    return builder.preferred;
  }

  /**
   * Returns the ports that are tried when no preferred one can be had.
   *
   * @return in the order of preference; for a block, each is the first one of a block
   */
  public List<Integer> fallback() {
    return builder.fallback;
  }

  /**
   * Returns the ranges of the request.
   *
   * @return the ranges; empty if the request has none
   */
  public List<PortRange> ranges() {
    return builder.ranges;
  }

  /**
   * Returns how far from a preferred port others are tried, where there are no ranges.
   *
   * @return the distance, 0 or more
   */
  public int near() {
    return builder.near;
  }

  /**
   * Returns the number by which a port, or the first port of a block, has to be divisible.
   *
   * @return the divisor, at least 1
   */
  public int alignment() {
    return builder.alignment;
  }

  /**
   * Returns whether a port must not be returned.
   *
   * @param port any number
   * @return whether the request excludes it
   */
  public boolean excludes(int port) {
    for (PortRange range : builder.excluded) {
      if (range.contains(port)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the last tier that is tried.
   *
   * @return the tier
   */
  public PortTier lastTier() {
    if (builder.lastTier != null) {
      return builder.lastTier;
    }
    return builder.ranges.isEmpty() ? PortTier.ANY : PortTier.RANGE;
  }

  /** Returns whether there are enough suitable ports on a machine on which every port is free. */
  private boolean canBeMet() {
    if (lastTier() == PortTier.ANY
        && builder.alignment == 1
        && builder.excluded.isEmpty()
        && builder.alsoAt.isEmpty()) {
      return true; // nearly all requests
    }
    BitSet found = new BitSet();
    int missing = builder.contiguous ? 1 : builder.count;
    for (PortTier tier : PortTier.values()) {
      if (tier.compareTo(lastTier()) > 0) {
        break;
      }
      BitSet candidates = candidates(tier);
      for (int port = candidates.nextSetBit(1); port > 0; port = candidates.nextSetBit(port + 1)) {
        if (!found.get(port) && isSuitable(port, tier, candidates)) {
          found.set(port);
          missing--;
          if (missing == 0) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Whether a port of a tier is suitable, as one port or as the first one of a block. */
  private boolean isSuitable(int first, PortTier tier, BitSet candidates) {
    if (first % builder.alignment != 0) {
      return false;
    }
    for (int distance : group()) {
      int port = first + distance;
      if (port < 1 || port > PortRange.HIGHEST_PORT || excludes(port)) {
        return false;
      }
    }
    int last = builder.contiguous ? first + builder.count - 1 : first;
    for (int port = first + 1; port <= last; port++) {
      if (tier.compareTo(PortTier.RANGE) >= 0 && !candidates.get(port)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the ports of a tier; those that the kernel leaves alone may be fewer. */
  private BitSet candidates(PortTier tier) {
    BitSet ports = new BitSet();
    if (tier == PortTier.PREFERRED || tier == PortTier.FALLBACK) {
      (tier == PortTier.PREFERRED ? builder.preferred : builder.fallback).forEach(ports::set);
    } else if (tier == PortTier.ANY) {
      ports.set(1, PortRange.HIGHEST_PORT + 1);
    } else if (!builder.ranges.isEmpty()) {
      return WellKnownPorts.meantBy(builder.ranges);
    } else {
      for (int port : builder.preferred) {
        for (int distance = 1; distance <= builder.near; distance++) {
          ports.set(Math.max(0, port - distance));
          ports.set(port + distance);
        }
      }
    }
    return ports;
  }

  /** Returns the request in words, for messages. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (builder.count > 1) {
      text.append(builder.count).append(builder.contiguous ? " contiguous " : " ");
    }
    text.append(builder.protocol == Protocol.TCP_AND_UDP ? "TCP+UDP" : builder.protocol.name());
    text.append(builder.count > 1 ? " ports" : " port");
    if (!builder.alsoAt.isEmpty()) {
      text.append(" with further ones at ").append(Builder.join(builder.alsoAt));
    }
    if (!builder.name.isEmpty()) {
      text.append(" for \"").append(builder.name).append('"');
    }
    if (!builder.usedBy.isEmpty()) {
      text.append(" (").append(builder.usedBy).append(')');
    }
    if (builder.address != null) {
      text.append(" on ").append(builder.address.getHostAddress());
    }
    return text.toString();
  }

  /**
   * Builds a {@link PortRequest}. Calls for lists add to them; every other call replaces the former
   * value.
   *
   * @since 0.1.0
   */
  public static final class Builder {

    private static final int NEAR = 100;

    private final String name;
    private String usedBy = "";
    private Protocol protocol = Protocol.TCP;
    private @Nullable InetAddress address;
    private List<Integer> preferred = List.of();
    private List<Integer> fallback = List.of();
    private List<PortRange> ranges = List.of();
    private List<PortRange> excluded = List.of();
    private int near = NEAR;
    private int count = 1;
    private boolean contiguous;
    private int alignment = 1;
    private boolean kept;
    private boolean queued;
    private @Nullable Duration queueTimeout;
    private List<Integer> alsoAt = List.of();
    private @Nullable HandoffMode handoff;
    private @Nullable PortTier lastTier;

    private Builder(String name) {
      this.name = name;
    }

    private Builder(Builder other) {
      name = other.name;
      usedBy = other.usedBy;
      protocol = other.protocol;
      address = other.address;
      preferred = other.preferred;
      fallback = other.fallback;
      ranges = other.ranges;
      excluded = other.excluded;
      near = other.near;
      count = other.count;
      contiguous = other.contiguous;
      alignment = other.alignment;
      kept = other.kept;
      queued = other.queued;
      queueTimeout = other.queueTimeout;
      alsoAt = other.alsoAt;
      handoff = other.handoff;
      lastTier = other.lastTier;
    }

    /**
     * Sets who requests the port, for messages.
     *
     * @param usedBy for example a test
     * @return this
     */
    public Builder usedBy(String usedBy) {
      this.usedBy = usedBy;
      return this;
    }

    /**
     * Sets the protocol; without this call it is TCP.
     *
     * @param protocol for {@link Protocol#TCP_AND_UDP} both are held on one number
     * @return this
     */
    public Builder protocol(Protocol protocol) {
      this.protocol = protocol;
      return this;
    }

    /**
     * Sets the address on which the port is held; without this call it is held on all of them, IPv4
     * and IPv6. A hold on one address does not keep others from listening on another one.
     *
     * @param address one of this machine's addresses
     * @return this
     */
    public Builder address(InetAddress address) {
      this.address = address;
      return this;
    }

    /**
     * Adds ports that are tried first.
     *
     * @param ports in the order of preference, each from 1 to 65535
     * @return this
     */
    public Builder preferred(int... ports) {
      preferred = plus(preferred, "preferred", ports);
      return this;
    }

    /**
     * Adds ports that are tried when no preferred one can be had.
     *
     * @param ports in the order of preference, each from 1 to 65535
     * @return this
     */
    public Builder fallback(int... ports) {
      fallback = plus(fallback, "fallback", ports);
      return this;
    }

    /**
     * Adds a range, from which ports are taken in random order when the lists are exhausted. The
     * request then stays within its ranges, unless {@link #upTo} says otherwise. Of a range of
     * several ports, those are left out that browsers refuse.
     *
     * @param first the lowest port, from 1 to 65535
     * @param last the highest port, included
     * @return this
     */
    public Builder range(int first, int last) {
      ranges = plus(ranges, new PortRange(first, last));
      return this;
    }

    /**
     * Sets how far from a preferred port others are tried, nearest first, where there are no
     * ranges; without this call it is 100.
     *
     * @param distance 0 to try none
     * @return this
     */
    public Builder near(int distance) {
      if (distance < 0 || distance > PortRange.HIGHEST_PORT) {
        throw new IllegalArgumentException(
            "The distance from preferred ports must be from 0 to "
                + PortRange.HIGHEST_PORT
                + ", but was "
                + distance
                + ".");
      }
      near = distance;
      return this;
    }

    /**
     * Adds ports that must not be returned, in whichever tier.
     *
     * @param ports each from 1 to 65535
     * @return this
     */
    public Builder exclude(int... ports) {
      for (int port : ports) {
        excluded = plus(excluded, new PortRange(port, port));
      }
      return this;
    }

    /**
     * Adds a range of ports that must not be returned, in whichever tier.
     *
     * @param range the range
     * @return this
     */
    public Builder exclude(PortRange range) {
      excluded = plus(excluded, range);
      return this;
    }

    /**
     * Sets how many ports are wanted; without this call it is one.
     *
     * @param count at least 1
     * @return this
     */
    public Builder count(int count) {
      if (count < 1 || count > PortRange.HIGHEST_PORT) {
        throw new IllegalArgumentException(
            "Cannot hold "
                + count
                + " ports: the count must be from 1 to "
                + PortRange.HIGHEST_PORT
                + ".");
      }
      this.count = count;
      return this;
    }

    /**
     * Asks for ports that follow each other without a gap. Preferred and fallback ports then are
     * the first of such a block.
     *
     * @return this
     */
    public Builder contiguous() {
      contiguous = true;
      return this;
    }

    /**
     * Asks for a port, or a first port of a block, that can be divided by a number: 2 for an even
     * one, as RTP needs it.
     *
     * @param divisor at least 1
     * @return this
     */
    public Builder alignedTo(int divisor) {
      if (divisor < 1 || divisor > PortRange.HIGHEST_PORT) {
        throw new IllegalArgumentException(
            "Ports can be aligned to 1 up to "
                + PortRange.HIGHEST_PORT
                + ", but not to "
                + divisor
                + ".");
      }
      alignment = divisor;
      return this;
    }

    /**
     * Asks for further ports at fixed distances from each port, all or none: Redis in a cluster
     * uses the port 10000 above its own, for example. They are the {@linkplain
     * HeldPort#companions() companions} of the port, and share its life.
     *
     * <pre>{@code
     * HeldPort redis = allocator.hold(PortRequest.named("redis").alsoAt(10000).build());
     * }</pre>
     *
     * @param distances what is to be added to the number; may be negative, but not 0
     * @return this
     * @throws IllegalArgumentException if a distance is 0, or from no port leads to another one
     */
    public Builder alsoAt(int... distances) {
      Set<Integer> all = new LinkedHashSet<>(alsoAt);
      for (int distance : distances) {
        if (distance == 0 || Math.abs((long) distance) >= PortRange.HIGHEST_PORT) {
          throw new IllegalArgumentException(
              "No port has another one at the distance "
                  + distance
                  + ". Expected a number from 1 to "
                  + (PortRange.HIGHEST_PORT - 1)
                  + ", or its negative.");
        }
        all.add(distance);
      }
      alsoAt = List.copyOf(all);
      return this;
    }

    /**
     * Sets how the ports are handed over, whatever the mode of the allocator is. Consumers that do
     * not set {@code SO_REUSEADDR} need {@link HandoffMode#CLOSE_THEN_BIND}, unless they are
     * started by {@link HeldPort#start} or {@link PortAllocator#startOn}, which find that out.
     *
     * @param mode how TCP ports are handed over; a UDP port is always let go of
     * @return this
     */
    public Builder handoff(HandoffMode mode) {
      handoff = mode;
      return this;
    }

    /**
     * Asks, for TCP, for a hold that stays beside the consumer until the port is released, so that
     * the consumer can be stopped and started again while nobody else gets the port. Where ports
     * are handed over by {@link HandoffMode#CLOSE_THEN_BIND} there is no such hold; use {@link
     * HeldPort#reclaim()} there.
     *
     * @return this
     */
    public Builder keep() {
      kept = true;
      return this;
    }

    /**
     * Asks to wait while the ports of the request are in use, for at most {@code
     * freeport.queue.timeout}. See {@link #queue(Duration)}.
     *
     * @return this
     */
    public Builder queue() {
      queued = true;
      queueTimeout = null;
      return this;
    }

    /**
     * Asks to wait while the ports of the request are in use. Without this call, and with zero, the
     * request fails at once.
     *
     * <pre>{@code
     * PortRequest one = PortRequest.named("db").range(22700, 22703).queue(Duration.ofSeconds(30)).build();
     * }</pre>
     *
     * <p>Requests that wait for the same numbers are served in the order in which they began to
     * wait, in all JVMs that share {@code freeport.dir}. A request that does not wait can get a
     * port before them. When the time is over, the request is tried once more in this way.
     *
     * <p>A request for several ports keeps later ones waiting until it has all of its ports. A
     * thread that keeps ports and waits for others can wait for a thread that waits for its ports:
     * ask for all of them in one request.
     *
     * <p>A thread that is interrupted stops to wait, with a {@link PortUnavailableException}, and
     * stays interrupted. To close the allocator ends the wait, too.
     *
     * @param atMost not negative
     * @return this
     */
    public Builder queue(Duration atMost) {
      if (atMost.isNegative()) {
        throw new IllegalArgumentException(
            "The time to wait for a port must not be negative, but was " + atMost + ".");
      }
      queued = !atMost.isZero();
      queueTimeout = queued ? atMost : null;
      return this;
    }

    /**
     * Asks for a preferred port or none.
     *
     * @return this
     */
    public Builder strict() {
      return upTo(PortTier.PREFERRED);
    }

    /**
     * Sets the last tier that is tried.
     *
     * @param lastTier {@link PortTier#ANY} to take any port when the ranges are exhausted, too
     * @return this
     */
    public Builder upTo(PortTier lastTier) {
      this.lastTier = lastTier;
      return this;
    }

    /**
     * Returns the request.
     *
     * @return what was built
     * @throws IllegalArgumentException if its parts contradict each other, so that no port could
     *     ever satisfy it
     */
    public PortRequest build() {
      PortRequest request = new PortRequest(new Builder(this));
      if (request.lastTier() == PortTier.PREFERRED && preferred.isEmpty()) {
        throw new IllegalArgumentException(
            "The request for a "
                + request
                + " is strict and prefers no port. Name one: preferred(...).");
      }
      if (kept && protocol != Protocol.TCP) {
        throw new IllegalArgumentException(
            "The request for a "
                + request
                + " cannot be kept: a hold stays beside its consumer for TCP only. Leave out keep().");
      }
      if (contiguous && alsoAt.stream().anyMatch(distance -> Math.abs(distance) < count)) {
        throw new IllegalArgumentException(
            "The request for "
                + request
                + " contradicts itself: a distance of alsoAt("
                + join(alsoAt)
                + ") leads into the block. Use distances from "
                + count
                + " on.");
      }
      if (!request.canBeMet()) {
        throw new IllegalArgumentException(unsatisfiable(request));
      }
      return request;
    }

    private static String join(List<Integer> numbers) {
      return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private String unsatisfiable(PortRequest request) {
      if (contiguous
          && !ranges.isEmpty()
          && ranges.stream().allMatch(range -> range.size() < count)) {
        return "A block of "
            + count
            + " ports does not fit into any of the ranges "
            + ranges
            + ". Widen one.";
      }
      if (request.isStrict() && count == 1) {
        return "The request for a "
            + request
            + " is strict, and excludes all preferred ports "
            + preferred
            + " or asks for multiples of "
            + alignment
            + (alsoAt.isEmpty() ? "" : " or for ports that do not exist, at " + join(alsoAt))
            + ". Prefer others.";
      }
      List<Integer> blocked = WellKnownPorts.notMeantBy(ranges);
      return "The request for "
          + (count == 1 ? "a " : "")
          + request
          + " can never be met: "
          + (request.isStrict()
              ? "it is strict, and the preferred ports " + preferred + " are"
              : "the ports that its lists and ranges allow are")
          + " too few"
          + (contiguous ? " for a block" : "")
          + (alignment == 1 ? "" : ", with multiples of " + alignment + " only")
          + (excluded.isEmpty() ? "" : ", without those that it excludes")
          + (blocked.isEmpty()
              ? ""
              : ", without those of its ranges that browsers refuse " + blocked)
          + (alsoAt.isEmpty() ? "" : ", with further ports at " + join(alsoAt))
          + ". Ask for fewer, or allow other ports: fallback(...), range(...) or upTo(PortTier.ANY).";
    }

    private static List<Integer> plus(List<Integer> list, String which, int... ports) {
      Set<Integer> all = new LinkedHashSet<>(list);
      for (int port : ports) {
        if (port < 1 || port > PortRange.HIGHEST_PORT) {
          throw new IllegalArgumentException(
              "Not a "
                  + which
                  + " port: "
                  + port
                  + ". Expected a number from 1 to "
                  + PortRange.HIGHEST_PORT
                  + ".");
        }
        all.add(port);
      }
      return List.copyOf(all);
    }

    private static List<PortRange> plus(List<PortRange> list, PortRange range) {
      List<PortRange> all = new ArrayList<>(list);
      all.add(range);
      return List.copyOf(all);
    }
  }
}
