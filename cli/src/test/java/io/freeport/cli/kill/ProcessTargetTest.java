package io.freeport.cli.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.cli.Listener;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessTargetTest {

  /** A process id may be another process's by the time that the signal is sent. */
  @Test
  void sendsNoSignalToAProcessOfAnotherStart() throws Exception {
    try (Listener bystander = Listener.start(false)) {
      ProcessTarget seen = ProcessTarget.of(bystander.pid(), "java").orElseThrow();
      assertThat(seen.isStillThere()).isTrue();
      ProcessTarget former =
          new ProcessTarget(
              seen.process(), "java", seen.start().map(start -> start.minusSeconds(60)));
      assertThat(former.isStillThere()).isFalse();
      assertThat(former.end(Duration.ofSeconds(10))).endsWith("had ended.");
      assertThat(bystander.isAlive()).isTrue();
    }
  }
}
