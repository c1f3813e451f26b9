package io.freeport;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import io.freeport.internal.hold.Hold;
import io.freeport.internal.owner.LedgerEntry;
import io.freeport.internal.search.FoundPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Goes through the interleavings of two threads that call a port's methods, with a real socket
 * beneath: every outcome must be one that some order of the calls has. Without the lock in {@code
 * confirm()}, say, it finds that a confirmation brings a released port back.
 */
class HeldPortLincheckTest {

  /** What is below the states is left alone: it is the kernel's, or has tests of its own. */
  private static final String[] BELOW = {
    "io.freeport.internal.hold.BoundSockets",
    "io.freeport.internal.hold.Hold",
    "io.freeport.internal.hold.PortUse",
    "io.freeport.PortAllocator",
    "io.freeport.PortEvents",
    "io.freeport.internal.handoff.FlightEvent"
  };

  @Test
  void whileItsConsumerListens() {
    check(WithConsumer.class);
  }

  @Test
  void whileNobodyListens() {
    check(WithoutConsumer.class);
  }

  private static void check(Class<?> operations) {
    new ModelCheckingOptions()
        .iterations(60)
        .invocationsPerIteration(100)
        .threads(2)
        .actorsBefore(0)
        .actorsPerThread(1)
        .actorsAfter(1)
        .addGuarantee(forClasses(BELOW).allMethods().ignore())
        .check(operations);
  }

  /**
   * Lincheck makes an instance for each run and has no end for it; ports of former runs are
   * released here.
   */
  private static final class Runs {
    private static final int KEPT = 64;
    private static final Queue<Runnable> RELEASES = new ArrayDeque<>();

    static synchronized void add(Runnable release) {
      RELEASES.add(release);
      if (RELEASES.size() > KEPT) {
        RELEASES.remove().run();
      }
    }
  }

  /** The record is left out: it lies in mapped memory, which the checker cannot follow. */
  private static HeldPort unrecorded(PortAllocator allocator) throws IOException {
    int number;
    try (HeldPort any = allocator.hold()) {
      number = any.number();
    }
    Hold hold = Hold.exclusive(Protocol.TCP, null, number);
    FoundPort found = new FoundPort(number, PortTier.ANY, hold, PortState.HELD, LedgerEntry.NONE);
    return HeldPorts.of(PortRequest.any(), found, allocator.handoffMode(), LeakPolicy.IGNORE);
  }

  /** It is offered, and a consumer has come. */
  public static class WithConsumer {

    private final HeldPort port;

    public WithConsumer() throws IOException {
      PortAllocator allocator = PortAllocator.builder().leaks(LeakPolicy.IGNORE).build();
      port = unrecorded(allocator);
      port.offer();
      ServerSocket consumer = new ServerSocket(port.number());
      Runs.add(
          () -> {
            port.close();
            try {
              consumer.close();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }

    @Operation
    public boolean confirm() {
      return port.confirm();
    }

    @Operation
    public void close() {
      port.close();
    }

    @Operation
    public PortState state() {
      return port.state();
    }
  }

  /** It is held, and nobody comes. */
  public static class WithoutConsumer {

    private final HeldPort port;

    public WithoutConsumer() throws IOException {
      port = unrecorded(PortAllocator.builder().leaks(LeakPolicy.IGNORE).build());
      Runs.add(port::close);
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
  }
}
