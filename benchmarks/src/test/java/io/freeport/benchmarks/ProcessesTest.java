package io.freeport.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Adversaries that are gone would let everybody win. */
class ProcessesTest {

  private static final int LONGEST_END_SECONDS = 60;

  @Test
  void anAdversaryThatGoesOnIsWhatIsNeeded() throws Exception {
    try (Processes processes = new Processes()) {
      start(processes, Adversary.Way.ANY, 1);

      assertThatCode(processes::requireAllStillRun).doesNotThrowAnyException();
    }
  }

  @Test
  void oneThatEndedMeanwhileIsAFailure() throws Exception {
    try (Processes processes = new Processes()) {
      start(processes, Adversary.Way.ANY, 1);
      Process ends = start(processes, Adversary.Way.EXPLICIT, 65_536); // which is no port
      assertThat(ends.waitFor(LONGEST_END_SECONDS, TimeUnit.SECONDS)).isTrue();

      assertThatIOException()
          .isThrownBy(processes::requireAllStillRun)
          .withMessageContaining("EXPLICIT 65536 65536 ended with 1");
    }
  }

  private static Process start(Processes processes, Adversary.Way way, int port) throws Exception {
    List<String> command = Storm.adversaries(way, "" + port, "" + port).get(0);
    return processes.startAndAwaitLine(command);
  }
}
