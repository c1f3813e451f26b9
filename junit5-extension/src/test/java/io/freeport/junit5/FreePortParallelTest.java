package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

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
import org.junit.platform.testkit.engine.EngineTestKit;

class FreePortParallelTest {

  @Test
  void instancesThatLiveTogetherNeverShareAPort() {
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(FourTogether.class))
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
        .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
        .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "8")
        .execute()
        .testEvents()
        .assertStatistics(events -> events.succeeded(4));

    Set<Integer> different = new TreeSet<>(FourTogether.NUMBERS);
    assertThat(different).hasSize(4);
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
      ALL_HAVE_ONE.await(30, TimeUnit.SECONDS);
    }

    @RepeatedTest(4)
    void test(@FreePort("db") int port) {
      assertThat(port).isEqualTo(ofBeforeEach);
      NUMBERS.add(port);
    }
  }
}
