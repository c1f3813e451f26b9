package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.freeport.internal.settings.EnvironmentSource;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.WaitGuard;
import io.freeport.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Requests that wait, in a range that was free a moment ago. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PortQueueTest {

  private static final int CLIENTS = 6;
  private static final int PORTS = 4;
  private static final int TAKES = 40;

  @TempDir Path directory;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private PortAllocator allocator;
  private int first;

  @BeforeEach
  void findRange() {
    allocator =
        PortAllocator.builder(
                Settings.ofThisJvm().with(SettingKeys.DIRECTORY, directory.toString()))
            .build();
    List<HeldPort> block =
        allocator.holdAll(PortRequest.named("").count(PORTS).contiguous().build());
    first = block.get(0).number();
    block.forEach(HeldPort::close);
  }

  @AfterEach
  void endThreads() throws InterruptedException {
    allocator.close();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
  }

  private PortRequest.Builder range(int from, int to) {
    return PortRequest.named("db").range(first + from, first + to);
  }

  /** A request that tells when it waits. */
  private static final class Waits implements WaitGuard {
    private final CountDownLatch waits = new CountDownLatch(1);
    private final boolean keepsPorts;
    private final Predicate<Set<Integer>> isNews;

    Waits() {
      this(false, refused -> true);
    }

    Waits(boolean keepsPorts, Predicate<Set<Integer>> isNews) {
      this.keepsPorts = keepsPorts;
      this.isNews = isNews;
    }

    @Override
    public boolean mayWait(Set<Integer> refused) {
      if (isNews.test(refused)) {
        waits.countDown();
      }
      return true;
    }

    @Override
    public boolean keepsPorts() {
      return keepsPorts;
    }

    void await() throws InterruptedException {
      assertThat(waits.await(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  private List<Path> tickets() throws IOException {
    Path queue = directory.resolve("queue");
    if (!Files.exists(queue)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(queue)) {
      return files.toList();
    }
  }

  // All are served.

  /** Each client that has a port keeps it until all six have tried. */
  @Test
  void withoutAQueueSomeFail() throws Exception {
    int rounds = 5;
    CyclicBarrier all = new CyclicBarrier(CLIENTS);
    AtomicInteger served = new AtomicInteger();
    run(
        CLIENTS,
        () -> {
          for (int i = 0; i < rounds; i++) {
            HeldPort port = null;
            try {
              port = allocator.hold(range(0, PORTS - 1).build());
              served.incrementAndGet();
            } catch (PortUnavailableException expected) {
              // two of six
            }
            all.await(1, TimeUnit.MINUTES);
            if (port != null) {
              port.close();
            }
            all.await(1, TimeUnit.MINUTES);
          }
          return null;
        });
    assertThat(served.get()).isLessThanOrEqualTo(rounds * PORTS);
  }

  @Test
  void allClientsOfAJvmAreServed() throws Exception {
    AtomicInteger served = new AtomicInteger();
    run(CLIENTS, () -> served.addAndGet(take(allocator, first)));
    assertThat(served.get()).isEqualTo(CLIENTS * TAKES);
    assertThat(tickets()).isEmpty();
  }

  @Test
  void allClientsOfSeveralJvmsAreServed() throws Exception {
    int served = 0;
    List<ChildJvm> children = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        children.add(
            ChildJvm.start(Map.of(), List.of("-Dfreeport.dir=" + directory), Takes.class, first));
      }
      for (ChildJvm child : children) {
        assertThat(child.readLine()).isEqualTo("ready");
      }
      children.forEach(child -> child.send("go"));
      for (ChildJvm child : children) {
        served += Integer.parseInt(child.readLine());
        assertThat(child.waitFor()).isZero();
      }
    } finally {
      children.forEach(ChildJvm::close);
    }
    assertThat(served).isEqualTo(CLIENTS * TAKES);
    assertThat(tickets()).isEmpty();
  }

  private static int take(PortAllocator allocator, int first) throws IOException {
    PortRequest request = PortRequest.named("db").range(first, first + PORTS - 1).queue().build();
    int served = 0;
    for (int i = 0; i < TAKES; i++) {
      try (HeldPort port = allocator.hold(request)) {
        port.offer();
        try (ServerSocket server = new ServerSocket(port.number())) {
          assertThat(server.getLocalPort()).isBetween(first, first + PORTS - 1);
        }
        served++;
      }
    }
    return served;
  }

  private <T> void run(int clients, Callable<T> client) throws Exception {
    for (Future<T> future : threads.invokeAll(Collections.nCopies(clients, client))) {
      future.get();
    }
  }

  static final class Takes {
    public static void main(String[] args) throws Exception {
      int first = Integer.parseInt(args[0]);
      try (PortAllocator allocator = PortAllocator.create()) {
        System.out.println("ready");
        System.in.read();
        FutureTask<Integer> other = new FutureTask<>(() -> take(allocator, first));
        new Thread(other).start();
        System.out.println(take(allocator, first) + other.get());
      }
    }
  }

  // In their order.

  @Test
  void theFirstOfAJvmIsServedFirst() throws Exception {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    HeldPort held = allocator.hold(range(0, 0).build());
    List<Future<?>> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int client = i;
      Waits waits = new Waits();
      waiting.add(
          threads.submit(
              () -> {
                try (HeldPort port = allocator.holdAll(range(0, 0).queue().build(), waits).get(0)) {
                  order.add(client);
                  return port.number();
                }
              }));
      waits.await();
    }
    held.close();
    for (Future<?> client : waiting) {
      assertThat(client.get()).isEqualTo(first);
    }
    assertThat(order).isEqualTo(IntStream.range(0, 20).boxed().toList());
  }

  @Test
  void theFirstOfSeveralJvmsIsServedFirst() throws Exception {
    Path order = directory.resolve("order.txt");
    HeldPort held = allocator.hold(range(0, 0).build());
    try (ChildJvm one = waiting(order);
        ChildJvm two = waiting(order)) {
      List<Future<?>> here = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        join(one, "one" + i);
        Waits waits = new Waits();
        String name = "here" + i;
        here.add(threads.submit(() -> serve(allocator, first, waits, order, name)));
        waits.await();
        join(two, "two" + i);
      }
      held.close();
      for (Future<?> client : here) {
        client.get();
      }
      for (ChildJvm child : List.of(one, two)) {
        child.send("end");
        assertThat(child.waitFor()).isZero();
      }
    }
    assertThat(Files.readAllLines(order))
        .containsExactly("one0", "here0", "two0", "one1", "here1", "two1", "one2", "here2", "two2");
    assertThat(tickets()).isEmpty();
  }

  private ChildJvm waiting(Path order) throws IOException {
    return ChildJvm.start(
        Map.of(), List.of("-Dfreeport.dir=" + directory), WaitsInTurn.class, first, order);
  }

  private static void join(ChildJvm child, String name) throws IOException {
    child.send(name);
    assertThat(child.readLine()).isEqualTo(name + " waits");
  }

  /** Writes a name while it has the port, so no other one can be written at the same time. */
  private static Void serve(
      PortAllocator allocator, int number, WaitGuard guard, Path order, String name)
      throws IOException {
    PortRequest request = PortRequest.named(name).preferred(number).strict().queue().build();
    try (HeldPort port = allocator.holdAll(request, guard).get(0)) {
      Files.writeString(
          order, port.name() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    return null;
  }

  /** Waits for a port under each name that it reads, in a thread of its own. */
  static final class WaitsInTurn {
    public static void main(String[] args) throws Exception {
      ExecutorService threads = Executors.newCachedThreadPool();
      BufferedReader names =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      List<Future<?>> waiting = new ArrayList<>();
      try (PortAllocator allocator = PortAllocator.create()) {
        for (String line = names.readLine(); !line.equals("end"); line = names.readLine()) {
          String name = line;
          Waits waits = new Waits();
          waiting.add(
              threads.submit(
                  () ->
                      serve(allocator, Integer.parseInt(args[0]), waits, Path.of(args[1]), name)));
          waits.await();
          System.out.println(name + " waits");
        }
        for (Future<?> client : waiting) {
          client.get();
        }
      }
      threads.shutdown();
    }
  }

  /** A JVM that is stopped keeps its place; one that is dead does not. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aDeadJvmHasNoPlace() throws Exception {
    HeldPort held = allocator.hold(range(0, 0).build());
    try (ChildJvm child = waiting(directory.resolve("order.txt"))) {
      join(child, "child");
      Process stop = new ProcessBuilder("kill", "-STOP", String.valueOf(child.pid())).start();
      assertThat(stop.waitFor()).isZero();
      held.close();

      // The port is free, and no attempt is made: it is the turn of the child.
      Waits isKeptBack = new Waits(false, Set::isEmpty);
      Future<List<HeldPort>> behind =
          threads.submit(() -> allocator.holdAll(range(0, 0).queue().build(), isKeptBack));
      isKeptBack.await();
      assertThat(tickets()).hasSize(2);

      child.kill();
      assertThat(behind.get()).extracting(HeldPort::number).containsExactly(first);
      assertThat(tickets()).isEmpty();
    }
  }

  @Test
  void aRequestForSeveralPortsIsNotOvertaken() throws Exception {
    HeldPort held = allocator.hold(range(0, 0).build());
    Waits both = new Waits();
    Future<List<HeldPort>> block =
        threads.submit(
            () -> allocator.holdAll(range(0, 1).count(2).contiguous().queue().build(), both));
    both.await();

    Waits isKeptBack = new Waits(false, Set::isEmpty);
    Future<List<HeldPort>> single =
        threads.submit(() -> allocator.holdAll(range(1, 1).queue().build(), isKeptBack));
    isKeptBack.await();
    held.close();
    List<HeldPort> ports = block.get();
    assertThat(ports).extracting(HeldPort::number).containsExactly(first, first + 1);
    assertThat(single).isNotDone();
    ports.forEach(HeldPort::close);
    assertThat(single.get()).extracting(HeldPort::number).containsExactly(first + 1);
  }

  @Test
  void portsAtADistanceAreWaitedForToo() throws Exception {
    HeldPort held = allocator.hold(range(1, 1).build());
    Waits both = new Waits();
    Future<List<HeldPort>> pair =
        threads.submit(() -> allocator.holdAll(range(0, 0).alsoAt(1).queue().build(), both));
    both.await();
    Waits isKeptBack = new Waits(false, Set::isEmpty);
    Future<List<HeldPort>> single =
        threads.submit(() -> allocator.holdAll(range(1, 1).queue().build(), isKeptBack));
    isKeptBack.await();
    held.close();
    assertThat(pair.get()).extracting(HeldPort::number).containsExactly(first);
    assertThat(single).isNotDone();
    pair.get().forEach(HeldPort::close);
    assertThat(single.get()).extracting(HeldPort::number).containsExactly(first + 1);
  }

  /** Else this one and the one for several ports would wait for each other. */
  @Test
  void whoKeepsPortsIsNotKeptBackByARequestForSeveral() throws Exception {
    allocator.hold(range(0, 0).build());
    Waits both = new Waits();
    Future<List<HeldPort>> block =
        threads.submit(
            () -> allocator.holdAll(range(0, 1).count(2).contiguous().queue().build(), both));
    both.await();
    assertThat(allocator.holdAll(range(1, 1).queue().build(), new Waits(true, refused -> false)))
        .hasSize(1);
    assertThat(block).isNotDone();
  }

  @Test
  void onlyThoseWhoWantTheSameNumbersAreInFront() throws Exception {
    allocator.hold(range(0, 0).build());
    Waits waits = new Waits();
    Future<HeldPort> other =
        threads.submit(() -> allocator.holdAll(range(0, 0).queue().build(), waits).get(0));
    waits.await();
    assertThat(allocator.hold(range(1, 1).queue().build()).number()).isEqualTo(first + 1);
    assertThat(allocator.hold(range(0, 0).protocol(Protocol.UDP).queue().build()).number())
        .isEqualTo(first);
    assertThat(allocator.hold(range(0, 2).queue().build()).number()).isEqualTo(first + 2);
    assertThat(other).isNotDone();
  }

  /** Where no file can be had, those of one JVM are served in their order all the same. */
  @Test
  void noDirectoryIsNeeded() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    try (PortAllocator without =
        PortAllocator.builder(Settings.ofThisJvm().with(SettingKeys.DIRECTORY, file.toString()))
            .build()) {
      HeldPort held = without.hold(range(0, 0).build());
      Waits waits = new Waits();
      Future<List<HeldPort>> port =
          threads.submit(() -> without.holdAll(range(0, 0).queue().build(), waits));
      waits.await();
      held.close();
      assertThat(port.get()).hasSize(1);
    }
  }

  // The wait ends.

  @Test
  void theFailureSaysWhatWasWaitedFor() throws Exception {
    allocator.hold(range(0, 0).build());
    Waits waits = new Waits();
    Future<List<HeldPort>> other =
        threads.submit(() -> allocator.holdAll(range(0, 1).count(2).queue().build(), waits));
    waits.await();
    allocator.hold(range(1, 1).build());
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(() -> allocator.hold(range(0, 1).queue(Duration.ofMillis(50)).build()))
        .withMessageStartingWith(
            "Waited 0.05s for one of %d-%d, behind 1 other request.\nNo TCP port for \"db\" can be had. Tried: 2 ports from %1$d to %2$d (range).\n",
            first, first + 1)
        .withMessageEndingWith(
            "\n  - Wait longer: queue(Duration), or freeport.queue.timeout where the request does not say how long.")
        .satisfies(e -> assertThat(e.portsInUse()).contains(first, first + 1));
    assertThat(other).isNotDone();
  }

  @Test
  void theTimeIsThatOfTheSettings() {
    try (PortAllocator hasty =
        PortAllocator.builder(
                Settings.of(
                    List.of(new EnvironmentSource(Map.of("FREEPORT_QUEUE_TIMEOUT", "0.03s")))))
            .build()) {
      hasty.hold(range(0, 0).build());
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> hasty.hold(range(0, 0).queue().build()))
          .withMessageStartingWith("Waited 0.03s for port " + first + ".\n");
    }
  }

  @Test
  void anInterruptedThreadStopsToWait() throws Exception {
    allocator.hold(range(0, 0).build());
    Waits waits = new Waits();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                allocator.holdAll(range(0, 0).queue(Duration.ofMinutes(10)).build(), waits);
              } catch (PortUnavailableException e) {
                assertThat(e)
                    .hasMessage(
                        "The wait for a TCP port for \"db\" was interrupted. It waited for port "
                            + first
                            + ".");
                interrupted.complete(Thread.currentThread().isInterrupted());
              }
            });
    thread.start();
    waits.await();
    thread.interrupt();
    thread.join();
    assertThat(interrupted.getNow(false)).isTrue();
    assertThat(tickets()).isEmpty();
  }

  @Test
  void closingTheAllocatorEndsTheWait() throws Exception {
    allocator.hold(range(0, 0).build());
    try (PortAllocator other = PortAllocator.create()) {
      Waits waits = new Waits();
      Future<List<HeldPort>> port =
          threads.submit(
              () -> other.holdAll(range(0, 0).queue(Duration.ofMinutes(10)).build(), waits));
      waits.await();
      other.close();
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(port::get)
          .havingCause()
          .isInstanceOf(IllegalStateException.class)
          .withMessageStartingWith("This PortAllocator is closed.");
    }
    assertThatIllegalStateException()
        .isThrownBy(
            () -> {
              allocator.close();
              allocator.hold(range(0, 0).queue().build());
            });
  }

  /** Each of these would take ten minutes. */
  @Test
  void whatCannotBecomeFreeIsNotWaitedFor() throws Exception {
    InetAddress elsewhere = InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 1});
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(
            () ->
                allocator.hold(
                    range(0, 0).address(elsewhere).queue(Duration.ofMinutes(10)).build()))
        .withMessageStartingWith("The operating system gives no socket for a TCP port");

    allocator.hold(range(0, 0).build());
    AtomicInteger asked = new AtomicInteger();
    WaitGuard never =
        new WaitGuard() {
          @Override
          public boolean mayWait(Set<Integer> refused) {
            asked.incrementAndGet();
            return false;
          }

          @Override
          public boolean keepsPorts() {
            return false;
          }
        };
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(
            () -> allocator.holdAll(range(0, 0).queue(Duration.ofMinutes(10)).build(), never))
        .withMessageStartingWith("No TCP port for \"db\" can be had.");
    assertThat(asked).hasValue(1);
  }

  @Test
  void startOnWaitsToo() throws Exception {
    HeldPort held = allocator.hold(range(0, 0).build());
    Future<Integer> started =
        threads.submit(
            () -> {
              try (ServerSocket server =
                  allocator
                      .startOn(range(0, 0).queue().build(), port -> new ServerSocket(port.number()))
                      .consumer()) {
                return server.getLocalPort();
              }
            });
    while (tickets().isEmpty()) {
      Thread.onSpinWait();
    }
    held.close();
    assertThat(started.get()).isEqualTo(first);
  }

  // Requests.

  @Test
  void aRequestSaysWhetherItWaits() {
    PortRequest plain = PortRequest.any();
    assertThat(plain.isQueued()).isFalse();
    PortRequest queued = plain.toBuilder().queue().build();
    assertThat(queued.isQueued()).isTrue();
    assertThat(queued.queueTimeout()).isEmpty();
    PortRequest minute = queued.toBuilder().queue(Duration.ofMinutes(1)).build().single();
    assertThat(minute.queueTimeout()).contains(Duration.ofMinutes(1));
    assertThat(minute.toBuilder().queue(Duration.ZERO).build().isQueued()).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("").queue(Duration.ofSeconds(-1)))
        .withMessage("The time to wait for a port must not be negative, but was PT-1S.");
  }

  /** The first port of a JVM must not load what it does not need. */
  @Test
  void requestsThatDoNotWaitLoadNothingOfIt() throws Exception {
    Pattern ofTheQueue = Pattern.compile("internal\\.queue|QueuedSearch|Tickets|Turn|WaitGuard");
    assertThat(loaded("plain")).isNotEmpty().noneMatch(ofTheQueue.asPredicate());
    assertThat(loaded("queue")).anyMatch(ofTheQueue.asPredicate());
  }

  private List<String> loaded(String which) throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            List.of("-Xlog:class+load:stdout", "-Dfreeport.dir=" + directory),
            HoldsOne.class,
            which)) {
      List<String> lines = child.readToEnd();
      assertThat(child.waitFor()).isZero();
      return lines.stream().filter(line -> line.contains("io.freeport.")).toList();
    }
  }

  static final class HoldsOne {
    public static void main(String[] args) {
      PortRequest.Builder request = PortRequest.named("");
      try (PortAllocator allocator = PortAllocator.create();
          HeldPort port =
              allocator.hold((args[0].equals("queue") ? request.queue() : request).build())) {
        port.offer();
      }
    }
  }
}
