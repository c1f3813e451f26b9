package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freeport.HeldPort;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class FreePortParallelTest {

  /** Four tests ask for the first time at once, and all of them get one port. */
  @ParameterizedTest
  @ValueSource(classes = {FourOfAClass.class, FourOfTheSession.class})
  void whoAsksFirstHoldsItForAll(Class<?> fixture) {
    FourOfAClass.PORTS.clear();
    runInParallel(fixture);
    assertThat(FourOfAClass.PORTS).hasSize(4);
    assertThat(Set.copyOf(FourOfAClass.PORTS)).hasSize(1);
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class FourOfAClass {
    static final CyclicBarrier BEFORE_THE_FIRST = new CyclicBarrier(4);
    static final Queue<HeldPort> PORTS = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void meet() throws Exception {
      InPool.await(() -> BEFORE_THE_FIRST.await(2, TimeUnit.MINUTES));
    }

    @RepeatedTest(4)
    void test(@FreePort(value = "first", scope = PortScope.CLASS) HeldPort port) {
      PORTS.add(port);
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class FourOfTheSession {
    @BeforeEach
    void meet() throws Exception {
      InPool.await(() -> FourOfAClass.BEFORE_THE_FIRST.await(2, TimeUnit.MINUTES));
    }

    @RepeatedTest(4)
    void test(@FreePort(value = "FreePortParallelTest", scope = PortScope.SESSION) HeldPort port) {
      FourOfAClass.PORTS.add(port);
    }
  }

  @Test
  void instancesThatLiveTogetherNeverShareAPort() {
    runInParallel(FourTogether.class);
    Set<Integer> different = new TreeSet<>(FourTogether.NUMBERS);
    assertThat(different).hasSize(4);
  }

  private static void runInParallel(Class<?> fixture) {
    Events tests =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(fixture))
            .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
            .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
            .configurationParameter(
                "junit.jupiter.execution.parallel.config.fixed.parallelism", "8")
            .execute()
            .testEvents();
    assertThat(tests.failed().list()).isEmpty(); // or it says why
    tests.assertStatistics(events -> events.succeeded(4));
  }

  /**
   * All four wait for each other between the two uses of the name, so all four ports exist at the
   * same time.
   */
  @Execution(ExecutionMode.CONCURRENT)
  static class FourTogether {
    static final CyclicBarrier ALL_HAVE_ONE = new CyclicBarrier(4);
    static final Queue<Integer> NUMBERS = new ConcurrentLinkedQueue<>();
    private int ofBeforeEach;

    @BeforeEach
    void setUp(@FreePort("db") int port) throws Exception {
      ofBeforeEach = port;
      InPool.await(() -> ALL_HAVE_ONE.await(2, TimeUnit.MINUTES));
    }

    @RepeatedTest(4)
    void test(@FreePort("db") int port) {
      assertThat(port).isEqualTo(ofBeforeEach);
      NUMBERS.add(port);
    }
  }
}
