package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.testing.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Two JVMs with four threads each start containers at the same time, as two forks of a parallel
 * suite do.
 */
@RequiresDocker
class ParallelStartsTest {

  private static final int THREADS = 4;
  private static final int STARTS_PER_THREAD = 5;

  /**
   * A port and the time for which one container had it, from the allocation to the container's end.
   */
  private record Use(long pid, int port, long from, long to) {
    static Use parse(String line) {
      String[] words = line.split(" ", -1);
      return new Use(
          Long.parseLong(words[0]),
          Integer.parseInt(words[1]),
          Long.parseLong(words[2]),
          Long.parseLong(words[3]));
    }

    boolean overlaps(Use other) {
      return from <= other.to && other.from <= to;
    }
  }

  @Test
  void noConflictAndNoPortTwiceAtATime() throws Exception {
    List<Use> uses = new ArrayList<>();
    try (ChildJvm one = ChildJvm.start(StartsContainers.class);
        ChildJvm two = ChildJvm.start(StartsContainers.class)) {
      one.readToEnd().forEach(line -> uses.add(Use.parse(line)));
      two.readToEnd().forEach(line -> uses.add(Use.parse(line)));
      assertThat(List.of(one.waitFor(), two.waitFor())).containsOnly(0);
    }

    assertThat(uses).hasSize(2 * THREADS * STARTS_PER_THREAD);
    for (int i = 0; i < uses.size(); i++) {
      Use use = uses.get(i);
      assertThat(uses.subList(0, i))
          .filteredOn(use::overlaps)
          .extracting(Use::port)
          .doesNotContain(use.port());
    }
    assertThat(uses)
        .as("it was parallel")
        .anyMatch(
            use ->
                uses.stream().filter(use::overlaps).count() > THREADS
                    && uses.stream().filter(use::overlaps).map(Use::pid).distinct().count() == 2);
  }

  static final class StartsContainers {
    private StartsContainers() {}

    public static void main(String[] args) throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try {
        List<Future<List<String>>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          results.add(threads.submit(StartsContainers::startSeveral));
        }
        for (Future<List<String>> result : results) {
          result.get().forEach(System.out::println);
        }
      } finally {
        threads.shutdownNow();
      }
    }

    private static List<String> startSeveral() throws Exception {
      List<String> uses = new ArrayList<>();
      for (int i = 0; i < STARTS_PER_THREAD; i++) {
        try (Httpd httpd = new Httpd()) {
          HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
          long from = System.nanoTime();
          httpd.start();
          if (Httpd.statusOf(port.number()) != 404) {
            throw new IllegalStateException("Something else answers on " + port);
          }
          uses.add(
              ProcessHandle.current().pid()
                  + " "
                  + port.number()
                  + " "
                  + from
                  + " "
                  + System.nanoTime());
        }
      }
      return uses;
    }
  }
}
