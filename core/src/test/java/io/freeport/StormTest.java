package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import io.freeport.testing.Thief;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several JVMs with several threads each allocate, offer, bind and release, while other processes
 * take whatever they can get.
 *
 * <p>The interleavings that must not happen: two of ours have one port at a time; a thief binds
 * between our allocation and our consumer's bind.
 */
class StormTest {

  private static final int JVMS = 4;
  private static final int THREADS = 4;
  private static final long CONSUMERS_DELAY_NANOS = 1_000_000;

  private enum Method {
    HOLD_AND_OFFER,
    FIND_AND_CLOSE
  }

  @TempDir Path directory;

  /** A port and the time for which one thread had it, until its server was about to close. */
  private record Use(int port, long from, long to) {}

  private record Outcome(List<Use> uses, int lost) {}

  @Test
  void nothingIsLostAndNothingGivenOutTwice() throws Exception {
    Outcome outcome = storm(Method.HOLD_AND_OFFER, 20_000);

    assertThat(outcome.lost()).isZero();
    assertThat(outcome.uses()).hasSize(20_000);
    Map<Integer, List<Use>> byPort = new HashMap<>();
    for (Use use : outcome.uses()) {
      List<Use> former = byPort.computeIfAbsent(use.port(), any -> new ArrayList<>());
      assertThat(former)
          .as("uses of port %d at the same time", use.port())
          .noneMatch(other -> other.from() <= use.to() && use.from() <= other.to());
      former.add(use);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).as("files of JVMs that have ended").isEmpty();
    }
  }

  /** The control: in the same storm, ports that were found to be free and let go of are lost. */
  @Test
  void theUsualWayLosesPorts() throws Exception {
    assertThat(storm(Method.FIND_AND_CLOSE, 8_000).lost()).isPositive();
  }

  private Outcome storm(Method method, int cycles) throws Exception {
    List<Use> uses = new ArrayList<>();
    int lost = 0;
    try (Thief explicit = Thief.start(Thief.Way.EXPLICIT);
        Thief any = Thief.start(Thief.Way.ANY)) {
      List<ChildJvm> children = new ArrayList<>();
      try {
        for (int i = 0; i < JVMS; i++) {
          children.add(
              ChildJvm.start(
                  Map.of(),
                  List.of("-Dfreeport.dir=" + directory),
                  Cycles.class,
                  method,
                  cycles / JVMS / THREADS));
        }
        for (ChildJvm child : children) {
          for (String line : child.readToEnd()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
              case "use" ->
                  uses.add(
                      new Use(
                          Integer.parseInt(words[1]),
                          Long.parseLong(words[2]),
                          Long.parseLong(words[3])));
              case "lost" -> lost++;
              case "descriptors" ->
                  assertThat(Long.parseLong(words[2]))
                      .as("open descriptors after all cycles")
                      .isLessThanOrEqualTo(Long.parseLong(words[1]));
              default -> throw new IOException("Unexpected: " + line);
            }
          }
          assertThat(child.waitFor()).isZero();
        }
      } finally {
        children.forEach(ChildJvm::close);
      }
    }
    return new Outcome(uses, lost);
  }

  static final class Cycles {
    private Cycles() {}

    public static void main(String[] args) throws Exception {
      Method method = Method.valueOf(args[0]);
      int cycles = Integer.parseInt(args[1]);
      OwnerRegistry.of(Settings.ofThisJvm());
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try (PortAllocator allocator = PortAllocator.create()) {
        cycle(allocator, method, new ArrayList<>()); // loads what there is to load
        long before = openDescriptors();
        List<Future<List<String>>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          results.add(
              threads.submit(
                  () -> {
                    List<String> lines = new ArrayList<>();
                    for (int cycle = 0; cycle < cycles; cycle++) {
                      cycle(allocator, method, lines);
                    }
                    return lines;
                  }));
        }
        for (Future<List<String>> result : results) {
          result.get().forEach(System.out::println);
        }
        System.out.println("descriptors " + before + " " + openDescriptors());
      } finally {
        threads.shutdownNow();
      }
    }

    private static void cycle(PortAllocator allocator, Method method, List<String> lines)
        throws IOException {
      try (HeldPort port = allocator.hold("storm")) {
        long from = System.nanoTime();
        if (method == Method.FIND_AND_CLOSE) {
          port.close();
        } else {
          port.offer();
        }
        LockSupport.parkNanos(CONSUMERS_DELAY_NANOS);
        try (ServerSocket server = new ServerSocket(port.number())) {
          if (method == Method.HOLD_AND_OFFER && !port.confirm()) {
            lines.add("lost " + port.number());
          }
          lines.add("use " + server.getLocalPort() + " " + from + " " + System.nanoTime());
        } catch (BindException taken) {
          lines.add("lost " + port.number());
        }
      }
    }

    private static long openDescriptors() throws IOException {
      try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
        return descriptors.count();
      }
    }
  }
}
