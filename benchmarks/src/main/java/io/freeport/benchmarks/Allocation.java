package io.freeport.benchmarks;

import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Ports are taken and given back, and nobody uses them. */
@State(Scope.Benchmark)
public class Allocation {

  private static final int BLOCK = 10;
  private static final int WARM_UP_CALLS = 150_000;

  /** The name of a {@link Peer}. */
  @Param("FREEPORT")
  public String peer = "";

  /** The longest warm-up; none if it is 0. */
  @Param("0")
  public long warmUpNanos;

  private PortSource source = PortSource.NONE;

  /**
   * Also warms up, by a number of calls: on a machine that is busy, JMH's warm-up by time may end
   * before all is compiled.
   */
  @Setup
  public void open() throws IOException {
    source = Peer.valueOf(peer).open();
    long end = System.nanoTime() + warmUpNanos;
    for (int i = 0; i < WARM_UP_CALLS && System.nanoTime() < end; i++) {
      one();
    }
  }

  @TearDown
  public void close() {
    source.close();
  }

  @Benchmark
  public int one() throws IOException {
    try (PortSource.Lease lease = source.take()) {
      return lease.number();
    }
  }

  @Benchmark
  public int ten() throws IOException {
    int sum = 0;
    for (PortSource.Lease lease : source.take(BLOCK)) {
      sum += lease.number();
      lease.close();
    }
    return sum;
  }
}
