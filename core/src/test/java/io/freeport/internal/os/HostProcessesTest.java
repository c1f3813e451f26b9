package io.freeport.internal.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostProcessesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "22 27 0:21 / /proc rw,relatime - proc proc rw | false",
        "22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=0 | false",
        "22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=off,gid=5 | false",
        "22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=2 | true",
        "22 27 0:21 / /proc rw,relatime - proc proc rw,gid=5,hidepid=1 | true",
        "22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=invisible,gid=5 | true",
        "22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=ptraceable | true",
        "22 27 0:21 / /elsewhere/proc rw,relatime - proc proc rw,hidepid=2 | false",
      })
  void hidepid(String mount, boolean hides) {
    assertThat(HostProcesses.hides(List.of("27 1 8:1 / / rw - ext4 /dev/root rw", mount)))
        .isEqualTo(hides);
  }

  @Test
  void aProcessThatHasEndedIsGoneAndThisOneRuns() throws Exception {
    assertThat(HostProcesses.startOf(ProcessHandle.current().pid()))
        .hasValue(HostProcesses.startOfThis());
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    assertThat(HostProcesses.startOf(process.pid())).isEmpty();
  }
}
