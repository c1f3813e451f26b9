package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Programs are started on held ports beside a thief, who takes whatever is free in the pool.
 *
 * <p>The interleaving that must not happen: the thief binds between the choice of the number and
 * the program's bind. There are no retries here, so a lost port would be a failed start.
 *
 * <p>{@code -Dstorm.starts=100} is the long form.
 */
class RunStormTest {

  private static final int STARTS = Integer.getInteger("storm.starts", 4);

  /** So that at least one of the control's is lost: the thief has four of five ports. */
  private static final int NAIVE_STARTS = Math.max(STARTS, 8);

  private static final int AT_ONCE = Integer.getInteger("storm.parallel", 3);

  /** Pools have so many ports each; the first one is held by the run that uses the rest. */
  private static final int POOL = 1_000;

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Process thief;

  private final PortAllocator allocator = PortAllocator.create();
  private Map<String, String> pool = Map.of();

  @BeforeEach
  void startThief() throws IOException {
    int first = ownPool() + 1;
    int last = first + POOL - 2;
    pool = Map.of("FREEPORT_RANGES", first + "-" + last);
    List<String> command = new ArrayList<>(List.of(RunningCommand.java()));
    command.addAll(
        List.of("io.freeport.cli.PoolThief", String.valueOf(first), String.valueOf(last)));
    thief = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out = thief.inputReader(StandardCharsets.UTF_8);
    assertThat(out.readLine()).isEqualTo("stealing");
  }

  /** Two builds at the same time must not share a pool: its thieves would leave nothing of it. */
  private int ownPool() {
    PortRequest.Builder request = PortRequest.named("pool").strict();
    IntStream.range(11, 31).map(i -> i * POOL).forEach(request::preferred);
    return allocator.hold(request.build()).number();
  }

  @AfterEach
  void stopThief() throws InterruptedException {
    boolean stole = thief.isAlive();
    thief.destroyForcibly();
    thief.waitFor();
    allocator.close();
    assertThat(stole).as("the thief went on to the end").isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void neverLosesAPort(ServerKind kind) throws Exception {
    String missing = kind.missing();
    assumeTrue(missing.isEmpty(), missing);
    List<String> failures = atOnce(STARTS, () -> startAndStop(kind));
    assertThat(failures).as("%s, of %d starts", kind, STARTS).containsOnly("");
  }

  /** The control: the same thief, a number that was found to be free, and a start of the server. */
  @Test
  void losesPortsThatAreOnlyFound() throws Exception {
    List<String> outcomes = atOnce(NAIVE_STARTS, this::findThenStart);
    System.out.printf(
        "control: %d of %d starts lost their port%n",
        outcomes.stream().filter("lost"::equals).count(), NAIVE_STARTS);
    assertThat(outcomes).isSubsetOf("", "lost").contains("lost");
  }

  private static List<String> atOnce(int count, Callable<String> start) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Callable<String>> starts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        starts.add(start);
      }
      List<String> outcomes = new ArrayList<>();
      for (Future<String> outcome : threads.invokeAll(starts)) {
        outcomes.add(outcome.get());
      }
      return outcomes;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Returns what went wrong; empty for nothing. */
  private String startAndStop(ServerKind kind) throws Exception {
    String id = "storm" + UUID.randomUUID().toString().replace("-", "");
    Path folder = Files.createDirectory(directory.resolve(id));
    Path number = folder.resolve("number");
    List<String> args =
        new ArrayList<>(
            List.of(
                "run",
                "--retries=0",
                "--port=web",
                "--",
                "sh",
                "-c",
                "echo {web} >" + number + "; exec \"$@\"",
                "sh"));
    args.addAll(kind.command("{web}", id, folder));
    try (RunningCommand command = RunningCommand.start(folder, pool, args.toArray(String[]::new))) {
      String problem = awaitAnswer(kind, command, number, id, folder);
      command.signal("TERM");
      command.await();
      List<String> left = command.left();
      return problem + (left.isEmpty() ? "" : "left: " + left);
    } finally {
      kind.cleanUp(id);
      delete(folder);
    }
  }

  private static String awaitAnswer(
      ServerKind kind, RunningCommand command, Path number, String id, Path folder)
      throws Exception {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(60)) {
      String text = Files.exists(number) ? Files.readString(number).strip() : "";
      if (!text.isEmpty() && kind.answers(Integer.parseInt(text), id, folder)) {
        return "";
      }
      if (!command.isAlive()) {
        return "ended on " + text + ": " + command.err();
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return "no answer: " + command.err();
  }

  private String findThenStart() throws Exception {
    CliProcess.Result found = CliProcess.run(pool, directory, "find");
    List<String> command = new ArrayList<>(List.of(RunningCommand.java()));
    command.addAll(List.of("io.freeport.cli.TestServer", "http", found.out().strip()));
    Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      String first = String.valueOf(out.readLine());
      return first.startsWith("ready ") ? "" : first.contains("BindException") ? "lost" : first;
    } finally {
      server.destroyForcibly();
      server.waitFor();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
