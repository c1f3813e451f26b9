package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.internal.hold.Hold;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The moment of the handoff: a consumer listens, one thread confirms and another one releases. */
class HandoffRaceTest {

  private static final int ROUNDS = 2_000;

  /**
   * Interleaving: a confirmation sees the port offered, the release happens, and the confirmation
   * goes on. It must not bring the port back to TAKEN, nor leave a hold behind.
   */
  @Test
  void aReleaseIsFinal() throws Exception {
    try (PortAllocator allocator = PortAllocator.builder().leaks(LeakPolicy.IGNORE).build()) {
      for (int round = 0; round < ROUNDS; round++) {
        HeldPort port = allocator.hold();
        port.offer();
        try (ServerSocket consumer = new ServerSocket(port.number())) {
          AtomicInteger ready = new AtomicInteger();
          CompletableFuture<Void> confirmation =
              CompletableFuture.runAsync(
                  () -> {
                    meet(ready);
                    try {
                      port.confirm();
                    } catch (IllegalStateException released) {
                      // the other one was faster
                    }
                  });
          meet(ready);
          port.close();
          confirmation.get();
          assertThat(port.state())
              .as("after round %d on %s", round, consumer)
              .isEqualTo(PortState.RELEASED);
        }
        Hold.exclusive(Protocol.TCP, null, port.number()).close();
      }
    }
  }

  /** Spins, so that both go on within less than a microsecond. */
  private static void meet(AtomicInteger ready) {
    ready.incrementAndGet();
    while (ready.get() < 2) {
      Thread.onSpinWait();
    }
  }
}
