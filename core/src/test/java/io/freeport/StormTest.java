package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import io.freeport.testing.Thief;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
  private static final int NARROW = 100;
  private static final long CONSUMERS_DELAY_NANOS = 1_000_000;

  private enum Method {
    HOLD_AND_OFFER,
    /** The server closes a connection first, so the port is in TIME_WAIT. The range is narrow. */
    HOLD_IN_TIME_WAIT,
    FIND_AND_CLOSE
  }

  @TempDir Path directory;

  /** A port and the time for which one thread had it, until its server was about to close. */
  private record Use(int port, long from, long to) {}

  private record Outcome(List<Use> uses, int lost) {}

  @Test
  void nothingIsLostAndNothingGivenOutTwice() throws Exception {
    int cycles = Integer.getInteger("storm.cycles", 20_000);
    Outcome outcome = storm(Method.HOLD_AND_OFFER, cycles);

    assertNothingLostNorTwice(outcome, cycles);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).as("files of JVMs that have ended").isEmpty();
    }
  }

  /** Half of the JVMs share no record with the other half: another folder and, of root, a user. */
  @Test
  void norIsAPortInTimeWait(@TempDir Path copies) throws Exception {
    int cycles = Integer.getInteger("storm.cycles", 4_000);
    boolean isRoot =
        Files.isExecutable(Path.of("/usr/bin/setpriv"))
            && "root".equals(System.getProperty("user.name"));
    String classPath = isRoot ? ChildJvm.copyOfClassPath(copies) : ChildJvm.classPath();
    List<String> asNobody =
        List.of("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    List<ChildJvm> children = new ArrayList<>();
    int first = narrowRange();
    for (int i = 0; i < JVMS; i++) {
      boolean isOther = i % 2 == 1;
      children.add(
          ChildJvm.start(
              Map.of(),
              isOther && isRoot ? asNobody : List.of(),
              isOther && isRoot
                  ? List.of()
                  : List.of("-Dfreeport.dir=" + directory.resolve(isOther ? "other" : "one")),
              classPath,
              Cycles.class,
              Method.HOLD_IN_TIME_WAIT,
              cycles / JVMS / THREADS,
              first));
    }
    assertNothingLostNorTwice(outcomeOf(children), cycles);
  }

  /** Returns the first of some numbers, which are free now. */
  private static int narrowRange() {
    try (PortAllocator allocator = PortAllocator.create()) {
      return allocator
          .holdAll(PortRequest.named("").count(NARROW).contiguous().build())
          .get(0)
          .number();
    }
  }

  private static void assertNothingLostNorTwice(Outcome outcome, int cycles) {
    assertThat(outcome.lost()).isZero();
    assertThat(outcome.uses()).hasSize(cycles);
    Map<Integer, List<Use>> byPort = new HashMap<>();
    for (Use use : outcome.uses()) {
      List<Use> former = byPort.computeIfAbsent(use.port(), any -> new ArrayList<>());
      assertThat(former)
          .as("uses of port %d at the same time", use.port())
          .noneMatch(other -> other.from() <= use.to() && use.from() <= other.to());
      former.add(use);
    }
  }

  /** The control: in the same storm, ports that were found to be free and let go of are lost. */
  @Test
  void theUsualWayLosesPorts() throws Exception {
    assertThat(storm(Method.FIND_AND_CLOSE, 8_000).lost()).isPositive();
  }

  private Outcome storm(Method method, int cycles) throws Exception {
    try (Thief explicit = Thief.start(Thief.Way.EXPLICIT);
        Thief any = Thief.start(Thief.Way.ANY)) {
      List<ChildJvm> children = new ArrayList<>();
      for (int i = 0; i < JVMS; i++) {
        children.add(
            ChildJvm.start(
                Map.of(),
                List.of("-Dfreeport.dir=" + directory),
                Cycles.class,
                method,
                cycles / JVMS / THREADS,
                0));
      }
      return outcomeOf(children);
    }
  }

  private static Outcome outcomeOf(List<ChildJvm> children) throws Exception {
    List<Use> uses = new ArrayList<>();
    int lost = 0;
    try {
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
    return new Outcome(uses, lost);
  }

  static final class Cycles {
    private Cycles() {}

    public static void main(String[] args) throws Exception {
      Method method = Method.valueOf(args[0]);
      int cycles = Integer.parseInt(args[1]);
      int first = Integer.parseInt(args[2]);
      PortRequest request =
          first == 0
              ? PortRequest.named("storm").build()
              : PortRequest.named("storm").range(first, first + NARROW - 1).build();
      OwnerRegistry.of(Settings.ofThisJvm());
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try (PortAllocator allocator = PortAllocator.create()) {
        cycle(allocator, request, method, new ArrayList<>()); // loads what there is to load
        long before = openDescriptors();
        List<Future<List<String>>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          results.add(
              threads.submit(
                  () -> {
                    List<String> lines = new ArrayList<>();
                    for (int cycle = 0; cycle < cycles; cycle++) {
                      cycle(allocator, request, method, lines);
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

    private static void cycle(
        PortAllocator allocator, PortRequest request, Method method, List<String> lines)
        throws IOException {
      try (HeldPort port = allocator.hold(request)) {
        long from = System.nanoTime();
        if (method == Method.FIND_AND_CLOSE) {
          port.close();
        } else {
          port.offer();
        }
        LockSupport.parkNanos(CONSUMERS_DELAY_NANOS);
        try (ServerSocket server = new ServerSocket(port.number())) {
          if (method != Method.FIND_AND_CLOSE && !port.confirm()) {
            lines.add("lost " + port.number());
          }
          if (method == Method.HOLD_IN_TIME_WAIT) {
            serveOneConnection(server);
          }
          lines.add("use " + server.getLocalPort() + " " + from + " " + System.nanoTime());
        } catch (BindException taken) {
          lines.add("lost " + port.number());
        }
      }
    }

    private static void serveOneConnection(ServerSocket server) throws IOException {
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
          Socket accepted = server.accept()) {
        accepted.close();
        client.getInputStream().read();
      }
    }

    private static long openDescriptors() throws IOException {
      try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
        return descriptors.count();
      }
    }
  }
}
