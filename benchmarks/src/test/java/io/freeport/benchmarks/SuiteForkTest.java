package io.freeport.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What peers lose is a result; whatever else fails is none, and must not look like one. */
class SuiteForkTest {

  @Test
  void countsTestsWithoutTheirPort(@TempDir Path work) throws Exception {
    Bench bench = Bench.of(Effort.SMOKE, work);
    List<String> fork = bench.java("-cp", bench.wholeClassPath());
    fork.addAll(List.of(SuiteFork.class.getName(), Fixture.class.getName()));

    assertThat(Processes.run(fork)).containsExactly("4 3 2");
  }

  static class Fixture {

    @Test
    void hasOne() throws Exception {
      new ServerSocket(0).close();
    }

    @Test
    void hasOneThatSomebodyElseHas() throws Exception {
      throw new BindException("Address already in use");
    }

    @Test
    void findsNone() {
      throw new IllegalStateException("Cannot find free port");
    }

    @Test
    void hasAServerThatFails() {
      Served.fail();
    }
  }
}
