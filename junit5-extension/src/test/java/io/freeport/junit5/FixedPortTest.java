package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortBlock;
import io.freeport.PortRequest;
import io.freeport.PortTier;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/**
 * Tests that insist on one number. The numbers here are below those that FreePort and the kernel
 * choose from, since any other test of this machine may have one of those.
 */
@ExtendWith(FixedNumbers.class)
class FixedPortTest {

  private static final int FIXED = 7471;

  @Test
  void waitForEachOther() {
    succeed(Forty.class, "1m", 40);
  }

  /** The control: without waiting, those that come second fail. */
  @Test
  void failWithoutWaiting() {
    Events tests = run(FourThatMeet.class, "0s");
    assertThat(tests.failed().count()).isEqualTo(3);
  }

  /** As every HTTP server does that closes a connection before its client. */
  @Test
  void needNotWaitForConnectionsThatTheirServerClosed() {
    succeed(LeavesTimeWait.class, "0s", 3);
  }

  @Test
  void waitForAnyPortOfABlock() {
    succeed(Blocks.class, "1m", 4);
  }

  @Test
  void waitForAPortOfARange() {
    succeed(TwentyOfTwo.class, "1m", 20);
  }

  @Test
  void waitForAPortOfAList() {
    succeed(TenOfAList.class, "1m", 10);
  }

  /** The control: a range is used up without waiting, too. */
  @Test
  void failInAUsedUpRangeWithoutWaiting() {
    assertThat(run(FourThatMeetInARange.class, "0s").failed().count()).isEqualTo(2);
  }

  @Test
  void waitForAnotherTestBesideAProcessThatIsNone() throws IOException {
    try (ServerSocket none = new ServerSocket(FIXED + 17)) {
      assertThat(none.isBound()).isTrue();
      succeed(TenBesideAProcess.class, "1m", 10);
    }
  }

  /** This would take ten minutes. */
  @Test
  void doNotWaitForAProcessThatIsNoTest() throws IOException {
    try (ServerSocket one = new ServerSocket(7459);
        ServerSocket other = new ServerSocket(7460)) {
      assertThat(one.isBound() && other.isBound()).isTrue();
      Events events = run(OneInARange.class, "10m");
      assertThat(
              events.failed().stream()
                  .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                  .map(result -> result.getThrowable().orElseThrow().getCause()))
          .singleElement()
          .isInstanceOf(PortUnavailableException.class)
          .extracting(Throwable::getMessage, STRING)
          .startsWith("No TCP port (OneInARange.test()) can be had. Tried: 2 ports from 7459")
          .doesNotContain("Waited");
    }
  }

  @Test
  void sayWhatTheyWaitedFor() throws Exception {
    try (PortAllocator another = PortAllocator.create()) {
      another.hold(PortRequest.named("another").preferred(FIXED + 19).strict().build());
      Events events = run(OneThatWaitsInVain.class, "0.1s");
      assertThat(
              events.failed().stream()
                  .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                  .map(result -> result.getThrowable().orElseThrow().getCause()))
          .singleElement()
          .isInstanceOf(PortUnavailableException.class)
          .extracting(Throwable::getMessage, STRING)
          .startsWith("Waited 0.1s for port 7490.\nNo TCP port");
    }
  }

  @Test
  void doNotWaitForEachOtherInRanges() {
    Events events = run(EachHasWhatTheOtherWantsInRanges.class, "10m");
    events.assertStatistics(tests -> tests.succeeded(1).failed(1));
    assertThat(
            events.failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().getCause()))
        .singleElement()
        .extracting(Throwable::getMessage, STRING)
        .startsWith("Tests wait for each other's ports, and none of them would go on:")
        .contains(" has [7465] and waits for [7466]", " has [7466] and waits for [7465]");
  }

  @Test
  void doNotWaitForAnotherProtocol() {
    succeed(TcpBesideUdp.class, "0s", 1);
  }

  /** With locks there is no wait that could be too short: JUnit knows beforehand. */
  @Test
  void areScheduledByJUnitWithLocks() {
    succeed(FourWithLocks.class, "0s", 4);
  }

  @Test
  void locksOfAClassAreThoseOfItsFieldsAndLifecycleMethods() {
    FixedPortLocks locks = new FixedPortLocks();
    assertThat(locks.provideForClass(Various.class))
        .extracting(lock -> lock.getKey())
        .containsExactlyInAnyOrder(
            "io.freeport.port.29881",
            "io.freeport.port.29882",
            "io.freeport.port.29883",
            "io.freeport.port.29884");
  }

  @Test
  void waitForTestsOfOtherForks() throws Exception {
    try (ChildJvm other =
        ChildJvm.start(
            Map.of(), List.of("-Dfreeport.dir=" + registry()), HoldsFixedPort.class, FIXED)) {
      assertThat(other.readLine()).isEqualTo("held");
      run(One.class, "0s").assertStatistics(events -> events.failed(1));

      Thread release =
          new Thread(
              () -> {
                try {
                  One.started.await(2, TimeUnit.MINUTES);
                  other.send("release");
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      release.start();
      succeed(OneThatTells.class, "1m", 1);
      release.join();
    }
  }

  /** A test that would wait for itself fails at once; this one would take ten minutes. */
  @Test
  void doNotWaitForThemselves() {
    long start = System.nanoTime();
    run(Twice.class, "10m").assertStatistics(events -> events.failed(1));
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.MINUTES.toNanos(5));
  }

  /** One fails at once, so that the other one can go on. */
  @Test
  void doNotWaitForEachOther() {
    Events events = run(EachHasWhatTheOtherWants.class, "10m");
    events.assertStatistics(tests -> tests.succeeded(1).failed(1));
    assertThat(
            events.failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().getCause()))
        .singleElement()
        .extracting(Throwable::getMessage, STRING)
        .satisfiesAnyOf(
            text -> assertThat(text).isEqualTo(circle("one", "two", FIXED - 2, FIXED - 1)),
            text -> assertThat(text).isEqualTo(circle("two", "one", FIXED - 1, FIXED - 2)));
  }

  private static String circle(String first, String second, int ofFirst, int ofSecond) {
    return "Tests wait for each other's ports, and none of them would go on:"
        + " EachHasWhatTheOtherWants.%s() has [%d] and waits for [%d];"
            .formatted(first, ofFirst, ofSecond)
        + " EachHasWhatTheOtherWants.%s() has [%d] and waits for [%d]."
            .formatted(second, ofSecond, ofFirst)
        + " Have them ask for these ports in the same order, or put @ResourceLock(providers = FixedPortLocks.class) on their classes.";
  }

  @Test
  void doNotWaitForAnotherAddress() throws IOException {
    try (PortAllocator another = PortAllocator.create()) {
      another.hold(
          PortRequest.named("another")
              .preferred(FIXED + 9)
              .strict()
              .address(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}))
              .build());
      succeed(TwoAddresses.class, "10m", 1);
    }
  }

  /** While they wait they read the records of the other JVMs again and again. */
  @Test
  void startNoThreadForEachLookWhileTheyWait() throws Exception {
    Settings settings = Settings.ofThisJvm();
    PortRequest request =
        PortRequest.named("waits").preferred(FIXED + 10).strict().usedBy("a test").build();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (PortAllocator another = PortAllocator.create();
        PortAllocator own = PortAllocator.create()) {
      HeldPort held = another.hold(request);
      List<Thread> waiting = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        waiting.add(
            new Thread(
                () -> {
                  for (HeldPort port : new FixedPortQueue(own, settings).hold(request, Set.of())) {
                    port.close();
                  }
                }));
      }
      waiting.forEach(Thread::start);
      awaitPauses(waiting, 5, threads);
      long before = threads.getTotalStartedThreadCount();
      awaitPauses(waiting, 30, threads);
      assertThat(threads.getTotalStartedThreadCount() - before).isLessThan(10);

      held.close();
      for (Thread thread : waiting) {
        thread.join();
      }
    }
  }

  /** Returns when each thread has paused so many times more. */
  private static void awaitPauses(List<Thread> waiting, int pauses, ThreadMXBean threads) {
    for (Thread thread : waiting) {
      long enough = pausesOf(thread, threads) + pauses;
      while (pausesOf(thread, threads) < enough) {
        Thread.onSpinWait();
      }
    }
  }

  private static long pausesOf(Thread thread, ThreadMXBean threads) {
    ThreadInfo info = threads.getThreadInfo(thread.getId());
    assertThat(info).as("a thread that still waits").isNotNull();
    return info.getWaitedCount();
  }

  private static String registry() {
    return OwnerRegistry.of(Settings.ofThisJvm()).directory().toString();
  }

  private static void succeed(Class<?> fixture, String timeout, int tests) {
    Events events = run(fixture, timeout);
    assertThat(
            events.failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class).getThrowable()))
        .isEmpty();
    assertThat(events.succeeded().count()).isEqualTo(tests);
  }

  private static Events run(Class<?> fixture, String timeout) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .configurationParameter("freeport.queue.timeout", timeout)
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
        .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
        .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "8")
        .execute()
        .testEvents();
  }

  /** Holds a port until it is told to release it. */
  static final class HoldsFixedPort {
    public static void main(String[] args) throws IOException {
      try (PortAllocator allocator = PortAllocator.create()) {
        allocator.hold(
            PortRequest.named("fixed").preferred(Integer.parseInt(args[0])).strict().build());
        System.out.println("held");
        System.in.read();
      }
    }
  }

  /** Whoever has the port listens on it, and would notice another one. */
  @Execution(ExecutionMode.CONCURRENT)
  static class Forty {
    @RepeatedTest(40)
    void test(@FreePort(value = "fixed", preferred = FIXED, strict = true) int port)
        throws IOException {
      try (ServerSocket server = new ServerSocket(port)) {
        assertThat(server.getLocalPort()).isEqualTo(FIXED);
      }
    }
  }

  /** Who gets the port keeps it until the other three have failed. */
  @Execution(ExecutionMode.CONCURRENT)
  @ExtendWith(CountsFailures.class)
  static class FourThatMeet {
    @RepeatedTest(4)
    void test(@FreePort(preferred = FIXED + 1, strict = true) int port) throws Exception {
      assertThat(port).isEqualTo(FIXED + 1);
      assertThat(InPool.await(() -> CountsFailures.OTHERS.await(2, TimeUnit.MINUTES))).isTrue();
    }
  }

  static final class CountsFailures implements TestWatcher {
    static final CountDownLatch OTHERS = new CountDownLatch(3);

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
      OTHERS.countDown();
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ResourceLock(providers = FixedPortLocks.class)
  static class FourWithLocks {
    private static final CyclicBarrier TWO_AT_A_TIME = new CyclicBarrier(2);

    @RepeatedTest(4)
    void test(@FreePort(preferred = FIXED + 2, strict = true) int port) {
      assertThat(port).isEqualTo(FIXED + 2);
      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(() -> TWO_AT_A_TIME.await(100, TimeUnit.MILLISECONDS));
      TWO_AT_A_TIME.reset();
    }
  }

  static class LeavesTimeWait {
    @RepeatedTest(3)
    void test(@FreePort(preferred = FIXED + 4, strict = true) int port) throws IOException {
      try (ServerSocket server = new ServerSocket(port);
          Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        server.accept().close(); // first
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class Blocks {
    @RepeatedTest(2)
    void three(@FreePort(preferred = FIXED + 5, strict = true, count = 3) PortBlock block) {
      assertThat(block.first().number()).isEqualTo(FIXED + 5);
    }

    @RepeatedTest(2)
    void theLastOfThem(@FreePort(preferred = FIXED + 7, strict = true) int port) {
      assertThat(port).isEqualTo(FIXED + 7);
    }
  }

  /** Both have their first port before one of them asks for its second. */
  @Execution(ExecutionMode.CONCURRENT)
  @ExtendWith(Meets.class)
  static class EachHasWhatTheOtherWants {
    static final CyclicBarrier BOTH_HAVE_ONE = new CyclicBarrier(2);

    @Test
    void one(
        @FreePort(preferred = FIXED - 2, strict = true) int first,
        BothHaveOne met,
        @FreePort(preferred = FIXED - 1, strict = true) int second) {
      assertThat(first).isNotEqualTo(second);
    }

    @Test
    void two(
        @FreePort(preferred = FIXED - 1, strict = true) int first,
        BothHaveOne met,
        @FreePort(preferred = FIXED - 2, strict = true) int second) {
      assertThat(first).isNotEqualTo(second);
    }
  }

  record BothHaveOne() {}

  static class Meets implements ParameterResolver {
    private final CyclicBarrier bothHaveOne;

    Meets() {
      this(EachHasWhatTheOtherWants.BOTH_HAVE_ONE);
    }

    Meets(CyclicBarrier bothHaveOne) {
      this.bothHaveOne = bothHaveOne;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == BothHaveOne.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      try {
        InPool.await(() -> bothHaveOne.await(2, TimeUnit.MINUTES));
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      return new BothHaveOne();
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class TwentyOfTwo {
    @RepeatedTest(20)
    void test(@FreePort(range = "7482-7483") int port) throws IOException {
      try (ServerSocket server = new ServerSocket(port)) {
        assertThat(server.getLocalPort()).isBetween(FIXED + 11, FIXED + 12);
      }
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class TenOfAList {
    @RegisterExtension
    final FreePortExtension ports =
        FreePortExtension.builder()
            .port(
                PortRequest.named("listed")
                    .preferred(FIXED + 13)
                    .fallback(FIXED + 14)
                    .upTo(PortTier.FALLBACK)
                    .build())
            .build();

    @RepeatedTest(10)
    void test(@FreePort("listed") HeldPort port) {
      assertThat(port.number()).isBetween(FIXED + 13, FIXED + 14);
    }
  }

  /** Two have a port each, and keep it until the others have failed. */
  @Execution(ExecutionMode.CONCURRENT)
  @ExtendWith(CountsTwoFailures.class)
  static class FourThatMeetInARange {
    @RepeatedTest(4)
    void test(@FreePort(range = "7486-7487") int port) throws Exception {
      assertThat(port).isBetween(FIXED + 15, FIXED + 16);
      assertThat(InPool.await(() -> CountsTwoFailures.OTHERS.await(2, TimeUnit.MINUTES))).isTrue();
    }
  }

  static final class CountsTwoFailures implements TestWatcher {
    static final CountDownLatch OTHERS = new CountDownLatch(2);

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
      OTHERS.countDown();
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class TenBesideAProcess {
    @RepeatedTest(10)
    void test(@FreePort(range = "7488-7489") int port) {
      assertThat(port).isEqualTo(FIXED + 18);
    }
  }

  static class OneInARange {
    @Test
    void test(@FreePort(range = "7459-7460") int port) {
      assertThat(port).isPositive();
    }
  }

  static class OneThatWaitsInVain {
    @Test
    void test(@FreePort(range = "7490") int port) {
      assertThat(port).isEqualTo(FIXED + 19);
    }
  }

  /** Both have their first port before one of them asks for its second. */
  @Execution(ExecutionMode.CONCURRENT)
  @ExtendWith(MeetsInRanges.class)
  static class EachHasWhatTheOtherWantsInRanges {
    static final CyclicBarrier BOTH_HAVE_ONE = new CyclicBarrier(2);

    @Test
    void one(
        @FreePort(range = "7465") int first,
        BothHaveOne met,
        @FreePort(range = "7466") int second) {
      assertThat(first).isNotEqualTo(second);
    }

    @Test
    void two(
        @FreePort(range = "7466") int first,
        BothHaveOne met,
        @FreePort(range = "7465") int second) {
      assertThat(first).isNotEqualTo(second);
    }
  }

  static final class MeetsInRanges extends Meets {
    MeetsInRanges() {
      super(EachHasWhatTheOtherWantsInRanges.BOTH_HAVE_ONE);
    }
  }

  static class TwoAddresses {
    @Test
    void test(
        @FreePort(preferred = FIXED + 9, strict = true, address = "127.0.0.1") HeldPort port) {
      assertThat(port.number()).isEqualTo(FIXED + 9);
    }
  }

  static class TcpBesideUdp {
    @Test
    void test(
        @FreePort(preferred = FIXED + 8, strict = true, protocol = Protocol.UDP) HeldPort udp,
        @FreePort(preferred = FIXED + 8, strict = true) HeldPort tcp) {
      assertThat(tcp.number()).isEqualTo(udp.number());
    }
  }

  static class One {
    static final CyclicBarrier started = new CyclicBarrier(2);

    @Test
    void test(@FreePort(preferred = FIXED, strict = true) int port) {
      assertThat(port).isEqualTo(FIXED);
    }
  }

  static class OneThatTells {
    @BeforeEach
    void tell() throws Exception {
      One.started.await(2, TimeUnit.MINUTES);
    }

    @Test
    void test(@FreePort(preferred = FIXED, strict = true) int port) {
      assertThat(port).isEqualTo(FIXED);
    }
  }

  static class Twice {
    @Test
    void test(
        @FreePort(preferred = FIXED + 3, strict = true) int one,
        @FreePort(preferred = FIXED + 3, strict = true) int two) {
      assertThat(one).isEqualTo(two);
    }
  }

  @SuppressWarnings("UnusedMethod")
  static class Various {
    @FreePort(preferred = 29881, strict = true)
    static int ofClass;

    @FreePort(preferred = 29882, strict = true)
    int field;

    Various(@FreePort(preferred = 29883, strict = true) int port) {}

    @BeforeEach
    void setUp(
        @FreePort(preferred = 29884, strict = true) int port,
        @FreePort(preferred = 29885) int notStrict) {}

    @Test
    void test(@FreePort(preferred = 29886, strict = true) int ofTheMethod) {}
  }
}
