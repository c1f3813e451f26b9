package io.freeport.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** FreePort, and what else a user would pick. */
enum Peer {
  FREEPORT("FreePort", FreePortSource::new, 10_000, 32_767),
  SERVER_SOCKET("new ServerSocket(0)", () -> OtherSources::serverSocket, 32_768, 60_999),
  SPRING("Spring TestSocketUtils", () -> OtherSources::spring, 1_024, 65_535),
  CAMEL("Camel AvailablePortFinder", () -> OtherSources::camel, 32_768, 60_999),
  FREE_PORT_FINDER("free-port-finder", () -> OtherSources::freePortFinder, 1_100, 10_000),
  FLINK("Flink NetUtils.Port", () -> OtherSources::flink, 32_768, 60_999),
  MOCK_SERVER("MockServer PortFactory", () -> OtherSources::mockServer, 32_768, 60_999),
  OPEN_TELEMETRY("OpenTelemetry PortAllocator", OpenTelemetrySource::new, 11_000, 32_768),
  ZOOKEEPER("ZooKeeper PortAssignment", () -> OtherSources::zooKeeper, 11_221, 32_767),

  /** No peer, but who can lose a port to {@code connect()}. */
  CONTROL("control: a free even number", () -> OtherSources::even, 32_768, 60_999),

  /** No peer, but what a bind costs with no bookkeeping at all. */
  RAW("socket + bind + close", () -> OtherSources::raw, 10_000, 32_767);

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // they are constructors and static methods
  private final Supplier<PortSource> source;

  private final int first;
  private final int last;

  Peer(String title, Supplier<PortSource> source, int first, int last) {
    this.title = title;
    this.source = source;
    this.first = first;
    this.last = last;
  }

  /** Returns those that give a port to use, FreePort first. */
  static List<Peer> all() {
    return Arrays.stream(values()).filter(peer -> peer.compareTo(CONTROL) < 0).toList();
  }

  /** Returns what tables call it. */
  String title() {
    return title;
  }

  PortSource open() {
    return source.get();
  }

  /** Returns the lowest number that it gives, with Linux' usual ephemeral range. */
  int first() {
    return first;
  }

  int last() {
    return last;
  }
}
