package io.freeport.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.diagnosis.OccupantSearch.Source;
import io.freeport.diagnosis.PortOccupant.Kind;
import io.freeport.diagnosis.PortOccupant.Use;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OccupantSearchTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final PortOccupant PROCESS = occupant(Kind.PROCESS);
  private static final PortOccupant CONTAINER = occupant(Kind.CONTAINER);

  @Test
  void aContainerComesBeforeTheProcessThatPublishesIt() {
    OccupantSearch.Result result =
        OccupantSearch.run(
            4711,
            List.of(
                new Source("processes", port -> List.of(PROCESS)),
                new Source("containers", port -> List.of(CONTAINER))),
            LONG);
    assertThat(result.occupants()).containsExactly(CONTAINER, PROCESS);
    assertThat(result.failures()).isEmpty();
  }

  @Test
  void aFinderThatThrowsIsPassedOver() {
    OccupantSearch.Result result =
        OccupantSearch.run(
            4711,
            List.of(
                new Source(
                    "broken",
                    port -> {
                      throw new NoClassDefFoundError("com/sun/jna/Native");
                    }),
                new Source("processes", port -> List.of(PROCESS))),
            LONG);
    assertThat(result.occupants()).containsExactly(PROCESS);
    assertThat(result.failures())
        .containsExactly("broken failed: java.lang.NoClassDefFoundError: com/sun/jna/Native");
  }

  /** Forbidden: the second search waits for the first one, or ends with it. */
  @Test
  void aFinderThatHangsIsLeftAloneAndTheOthersAreHeard() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    OccupantSearch.Result result =
        OccupantSearch.run(
            4711,
            List.of(
                new Source(
                    "hanging",
                    port -> {
                      thread.complete(Thread.currentThread());
                      interrupted.complete(isInterruptedWhileItWaitsFor(hangs));
                      return List.of(CONTAINER);
                    }),
                new Source("processes", port -> List.of(PROCESS))),
            Duration.ofMillis(500));
    assertThat(result.occupants()).containsExactly(PROCESS);
    assertThat(result.failures()).containsExactly("hanging did not answer within 500 ms");
    assertThat(thread.join().isDaemon()).isTrue();
    hangs.countDown();
    assertThat(interrupted.join()).isFalse();
  }

  @Test
  void anInterruptedThreadDoesNotWaitAndStaysInterrupted() {
    CountDownLatch hangs = new CountDownLatch(1);
    Source source =
        new Source(
            "processes",
            port -> isInterruptedWhileItWaitsFor(hangs) ? List.of() : List.of(PROCESS));
    Thread.currentThread().interrupt();
    OccupantSearch.Result result = OccupantSearch.run(4711, List.of(source), LONG);
    hangs.countDown();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(result.failures())
        .containsExactly("processes was not waited for, since this thread is interrupted");
  }

  private static boolean isInterruptedWhileItWaitsFor(CountDownLatch latch) {
    try {
      latch.await();
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  private static PortOccupant occupant(Kind kind) {
    return new PortOccupant(
        kind,
        Use.LISTENING,
        "somebody",
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of());
  }
}
