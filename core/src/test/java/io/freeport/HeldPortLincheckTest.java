package io.freeport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The states of a port under threads that offer, confirm, reclaim and release it as they like, with
 * a real socket beneath: every outcome must be one that some order of the calls has.
 */
public class HeldPortLincheckTest {

  private static final int ALIVE = 64;

  /**
   * Lincheck makes one instance for each run and has no end for it; ports of former runs are
   * released here.
   */
  private static final Queue<HeldPortLincheckTest> RUNS = new ArrayDeque<>();

  private final PortAllocator allocator = PortAllocator.builder().leaks(LeakPolicy.IGNORE).build();
  private final HeldPort port = allocator.hold();

  private @Nullable ServerSocket consumer;

  public HeldPortLincheckTest() {
    synchronized (RUNS) {
      RUNS.add(this);
      if (RUNS.size() > ALIVE) {
        RUNS.remove().release();
      }
    }
  }

  private void release() {
    allocator.close();
    try {
      consumerStops();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Operation
  public void offer() {
    port.offer();
  }

  @Operation
  public boolean confirm() {
    return port.confirm();
  }

  @Operation
  public void reclaim() {
    port.reclaim();
  }

  @Operation
  public void close() {
    port.close();
  }

  @Operation
  public PortState state() {
    return port.state();
  }

  @Operation
  public synchronized boolean consumerStarts() {
    if (consumer != null) {
      return false;
    }
    try {
      consumer = new ServerSocket(port.number());
      return true;
    } catch (IOException held) {
      return false;
    }
  }

  @Operation
  public synchronized void consumerStops() throws IOException {
    if (consumer != null) {
      consumer.close();
      consumer = null;
    }
  }

  @Test
  void everyOutcomeHasAnOrder() {
    new StressOptions()
        .iterations(30)
        .invocationsPerIteration(200)
        .threads(2)
        .actorsPerThread(3)
        .check(getClass());
  }
}
