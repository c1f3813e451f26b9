package io.freeport.benchmarks;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import me.alexpanov.net.FreePortFinder;
import org.apache.camel.test.AvailablePortFinder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Allocates in a range in which other sockets have some of the ports. */
@State(Scope.Benchmark)
public class Occupancy {

  private static final int RANGE = 1_000;

  private static final int LOWEST = 10_000;
  private static final int HIGHEST = 32_000;

  @Param({"0", "50", "95"})
  public int percent;

  private final List<SocketChannel> others = new ArrayList<>();
  private final PortAllocator allocator = PortAllocator.create();
  private int lowest;
  private PortRequest request = PortRequest.any();

  /** Binds as many ports as the setting asks for, in the range with the most free ports. */
  @Setup
  public void occupy() throws IOException {
    List<Integer> free = List.of();
    for (int candidate = LOWEST; candidate < HIGHEST && free.size() < RANGE; candidate += RANGE) {
      List<Integer> freeHere = freeFrom(candidate);
      if (freeHere.size() > free.size()) {
        lowest = candidate;
        free = freeHere;
      }
    }
    Collections.shuffle(free);
    int left = RANGE - RANGE * percent / 100;
    for (int number : free.subList(Math.min(left, free.size()), free.size())) {
      SocketChannel socket = SocketChannel.open();
      others.add(socket);
      try {
        socket.bind(new InetSocketAddress(number));
      } catch (BindException takenMeanwhile) {
        // by somebody else, which is as good
      }
    }
    OtherSources.setBackFreePortFinder();
    request = PortRequest.named("benchmark").range(lowest, lowest + RANGE - 1).build();
  }

  private static List<Integer> freeFrom(int first) throws IOException {
    List<Integer> free = new ArrayList<>();
    for (int number = first; number < first + RANGE; number++) {
      try (SocketChannel socket = SocketChannel.open()) {
        socket.bind(new InetSocketAddress(number));
        free.add(number);
      } catch (BindException taken) {
        // by somebody else
      }
    }
    return free;
  }

  @TearDown
  public void release() throws IOException {
    for (SocketChannel socket : others) {
      socket.close();
    }
    others.clear();
  }

  @Benchmark
  public int hold() {
    try (HeldPort port = allocator.hold(request)) {
      return port.number();
    }
  }

  /** An allocator that knows nothing yet. */
  @State(Scope.Thread)
  public static class Fresh {

    private PortAllocator allocator = PortAllocator.create();

    @Setup(Level.Invocation)
    public void renew() {
      allocator.close();
      allocator = PortAllocator.create();
    }
  }

  @Benchmark
  public int first(Fresh fresh) {
    try (HeldPort port = fresh.allocator.hold(request)) {
      return port.number();
    }
  }

  /** The usual way to a port of a range: from its beginning on. */
  @Benchmark
  public int firstFree() throws IOException {
    for (int number = lowest; number < lowest + RANGE; number++) {
      try (SocketChannel socket = SocketChannel.open()) {
        socket.bind(new InetSocketAddress(number));
        return number;
      } catch (BindException taken) {
        // the next one
      }
    }
    throw new IOException("All ports from " + lowest + " on are taken");
  }

  /** It looks from the lowest number on, as does the next one. */
  @Benchmark
  @SuppressWarnings("deprecation") // Camel's other ways take no range
  public int camel() {
    return AvailablePortFinder.getNextAvailable(lowest, lowest + RANGE - 1);
  }

  /** It can only be told where to begin, but comes to a free one before the end of the range. */
  @Benchmark
  public int freePortFinder() {
    return FreePortFinder.findFreeLocalPort(lowest);
  }
}
