package io.freeport.internal.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcFsTest {

  @Test
  void aProcessWhoseCommandLooksLikeFields() throws Exception {
    Process named =
        new ProcessBuilder("sh", "-c", "printf 'x) Z 1 (' >/proc/$$/comm; read line").start();
    try {
      String pid = Long.toString(named.pid());
      while (!Files.readString(ProcFs.path(pid + "/comm")).startsWith("x)")) {
        Thread.onSpinWait();
      }
      ProcFs.Stat stat = ProcFs.stat(pid);
      assertThat(stat.isEnded()).isFalse();
      assertThat(stat.group()).isEqualTo(ProcFs.stat("self").group());
      assertThat(stat.start()).isGreaterThanOrEqualTo(ProcFs.stat("self").start());
    } finally {
      named.destroyForcibly();
    }
  }

  @Test
  void theEnvironmentOfAProcess() throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", "echo up; read line");
    builder.environment().put("A_NAME", "a=b\nc");
    Process process = builder.start();
    try (var out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("up");
      assertThat(ProcFs.environment(process.pid())).contains("A_NAME=a=b\nc");
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(ProcFs.environment(process.pid())).isEmpty();
  }

  @Test
  void namespacesAndBoot() throws IOException {
    assertThat(ProcFs.hasNamespace("pid")).isTrue();
    assertThat(ProcFs.hasNamespace("nonsense")).isFalse();
    assertThat(ProcFs.namespace("pid")).matches("[0-9]{10}");
    assertThat(ProcFs.bootId()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  }
}
