package io.freeport.benchmarks;

import io.freeport.junit5.FreePort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Empty tests, with and without something that is injected, in one JVM that has warmed up. */
final class PerTest {

  private static final int TESTS = 2_000;
  private static final int LONGEST_WARM_UP = 5;

  private PerTest() {}

  /** The argument is the number of rounds. Prints nanoseconds per test: plain, folder, port. */
  public static void main(String[] args) throws Exception {
    List<Class<?>> classes = List.of(Plain.class, Folder.class, Port.class);
    int rounds = Integer.parseInt(args[0]);
    int warmUp = Math.min(rounds, LONGEST_WARM_UP);
    try (LauncherSession session = LauncherFactory.openSession()) {
      Launcher launcher = session.getLauncher();
      List<Long> nanos = new ArrayList<>(List.of(0L, 0L, 0L));
      Turns.take(
          warmUp + rounds,
          classes,
          (type, round) -> {
            nanos.set(classes.indexOf(type), time(launcher, type));
            if (nanos.stream().noneMatch(time -> time == 0L)) {
              if (round >= warmUp) {
                System.out.println(nanos.get(0) + " " + nanos.get(1) + " " + nanos.get(2));
              }
              nanos.replaceAll(time -> 0L);
            }
          });
    }
  }

  private static long time(Launcher launcher, Class<?> type) {
    System.gc(); // what one kind of test leaves behind is not to be cleared away in the next one's
    // time
    long start = System.nanoTime();
    launcher.execute(
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClass(type))
            .build());
    return (System.nanoTime() - start) / TESTS;
  }

  static final class Plain {
    @RepeatedTest(TESTS)
    void test() {}
  }

  static final class Folder {
    @RepeatedTest(TESTS)
    void test(@TempDir Path folder) {}
  }

  static final class Port {
    @RepeatedTest(TESTS)
    void test(@FreePort int port) {}
  }
}
