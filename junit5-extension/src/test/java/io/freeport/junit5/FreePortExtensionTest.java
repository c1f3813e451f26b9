package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortBlock;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

@ExtendWith(FixedNumbers.class)
class FreePortExtensionTest {

  /** A type of a user's own. */
  record Endpoint(String url) {}

  @Nested
  class InAStaticField {

    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder()
            .port(PortRequest.named("web").preferred(28090).upTo(PortTier.ANY).build())
            .port(PortRequest.named("ftp").count(3).contiguous().build())
            .converter(
                Endpoint.class,
                port -> {
                  port.offer();
                  return new Endpoint("http://localhost:" + port.number());
                })
            .build();

    /** Before JUnit injects anything. */
    private static final int NUMBER = PORTS.number("web");

    @FreePort("web")
    private static int injected;

    @Test
    void isTheSamePortEverywhere(@FreePort("web") HeldPort port) {
      assertThat(List.of(NUMBER, injected, PORTS.port("web").number())).containsOnly(port.number());
      assertThat(port.state()).isEqualTo(PortState.OFFERED);
    }

    @Test
    void severalPorts(@FreePort("ftp") PortBlock block) {
      assertThat(block.ports()).isEqualTo(PORTS.ports("ftp")).hasSize(3);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PORTS.port("ftp"))
          .withMessage("\"ftp\" are 3 ports. Use ports(\"ftp\").");
    }

    @Test
    void anyTypeWithAConverter(@FreePort("web") Endpoint web, @FreePort Endpoint another)
        throws Exception {
      assertThat(web.url()).isEqualTo("http://localhost:" + NUMBER);
      assertThat(another).isNotEqualTo(web);
      int port = URI.create(another.url()).getPort();
      new ServerSocket(port).close();
    }

    @Test
    void aNameThatItDoesNotDefine() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PORTS.port("db"))
          .withMessage(
              "This FreePortExtension defines no port \"db\", but [web, ftp]. Add it: builder().port(PortRequest.named(\"db\").build()).");
    }

    @Nested
    class Inner {
      @Test
      void isTheSameForNestedClasses(@FreePort("web") int port) {
        assertThat(port).isEqualTo(NUMBER);
      }
    }

    @AfterAll
    static void stillHeld() {
      assertThat(PORTS.port("web").state()).isEqualTo(PortState.OFFERED);
    }
  }

  @Test
  void portsOfAStaticFieldAreReleasedWithTheClass() {
    run(Static.class).assertStatistics(events -> events.succeeded(2).failed(0));
    assertThat(Static.SEEN).hasSize(2).allMatch(port -> port == Static.SEEN.get(0));
    assertThat(Static.SEEN.get(0).state()).isEqualTo(PortState.RELEASED);
    run(Static.class).assertStatistics(events -> events.succeeded(2).failed(0));
    assertThat(Static.SEEN.get(2)).isNotSameAs(Static.SEEN.get(0));
  }

  static class Static {
    static final List<HeldPort> SEEN = new ArrayList<>();

    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder().port(PortRequest.named("db").build()).build();

    @RepeatedTest(2)
    void test(@FreePort("db") HeldPort port) {
      assertThat(port.state()).isEqualTo(PortState.HELD);
      SEEN.add(port);
    }
  }

  /** JUnit asks for them before the extension itself hears of the class. */
  @ParameterizedTest
  @ValueSource(classes = {InjectedIntoTheOneInstance.class, InjectedIntoStaticField.class})
  void portsThatAreInjectedBeforeAllAreReleasedWithTheClass(Class<?> fixture) {
    run(fixture).assertStatistics(events -> events.succeeded(1).failed(0));
    assertThat(Injected.port).isNotNull().extracting(HeldPort::state).isEqualTo(PortState.RELEASED);
  }

  static final class Injected {
    static @Nullable HeldPort port;
  }

  @TestInstance(Lifecycle.PER_CLASS)
  static class InjectedIntoTheOneInstance {
    @RegisterExtension
    final FreePortExtension ports =
        FreePortExtension.builder().port(PortRequest.named("db").build()).build();

    @FreePort("db")
    private HeldPort db;

    @Test
    void test(@FreePort("db") HeldPort port) {
      assertThat(port).isSameAs(db);
      assertThat(port.state()).isEqualTo(PortState.HELD);
      assertThat(port.request().usedBy()).isEqualTo("InjectedIntoTheOneInstance");
      Injected.port = port;
    }
  }

  static class InjectedIntoStaticField {
    @Order(1)
    @FreePort("db")
    static HeldPort db;

    @Order(2)
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder().port(PortRequest.named("db").build()).build();

    @Test
    void test(@FreePort("db") HeldPort port) {
      assertThat(port).isSameAs(db);
      assertThat(port.state()).isEqualTo(PortState.HELD);
      Injected.port = port;
    }
  }

  @Test
  void portsOfAnInstanceAreReleasedWithIt() {
    run(Instance.class).assertStatistics(events -> events.succeeded(2).failed(0));
    assertThat(Instance.SEEN).hasSize(2).doesNotHaveDuplicates();
    assertThat(Instance.SEEN).allMatch(port -> port.state() == PortState.RELEASED);
  }

  static class Instance {
    static final List<HeldPort> SEEN = new ArrayList<>();

    @RegisterExtension
    final FreePortExtension ports =
        FreePortExtension.builder()
            .port(PortRequest.named("db").build())
            .allocator(PortAllocator.builder().handoff(HandoffMode.CLOSE_THEN_BIND))
            .build();

    private final HeldPort early = ports.port("db");

    @FreePort("db")
    private HeldPort field;

    @RepeatedTest(2)
    void test(@FreePort("db") HeldPort port) {
      assertThat(List.of(field, early)).containsOnly(port);
      assertThat(SEEN).allMatch(former -> former.state() == PortState.RELEASED);
      SEEN.add(port);
    }
  }

  /** Static fields are initialized once, however many classes inherit them. */
  @Test
  void portsThatAStaticInitializerAskedForStay() {
    run(First.class).assertStatistics(events -> events.succeeded(1).failed(0));
    run(Second.class).assertStatistics(events -> events.succeeded(1).failed(0));
    assertThat(WithUrl.PORTS.port("web").state()).isEqualTo(PortState.OFFERED);
  }

  abstract static class WithUrl {
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder().port(PortRequest.named("web").build()).build();

    static final int NUMBER = PORTS.number("web");

    @Test
    void test(@FreePort("web") int port) {
      assertThat(port).isEqualTo(NUMBER);
    }
  }

  static class First extends WithUrl {}

  static class Second extends WithUrl {}

  @Test
  void strictOnesWaitToo() {
    runTogether(StrictOne.class, StrictOther.class)
        .assertStatistics(events -> events.succeeded(6).failed(0));
  }

  private static Events runTogether(Class<?>... fixtures) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(
            Stream.of(fixtures)
                .map(DiscoverySelectors::selectClass)
                .toArray(DiscoverySelector[]::new))
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
        .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
        .configurationParameter(
            "junit.jupiter.execution.parallel.mode.classes.default", "concurrent")
        .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
        .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
        .execute()
        .testEvents();
  }

  static class StrictOne {
    @RegisterExtension
    final FreePortExtension ports =
        FreePortExtension.builder()
            .port(PortRequest.named("fixed").preferred(7451).strict().build())
            .build();

    @RepeatedTest(3)
    void test(@FreePort("fixed") HeldPort port) {
      assertThat(port.number()).isEqualTo(7451);
      assertThat(port.request().usedBy()).endsWith(".test()");
    }
  }

  static class StrictOther extends StrictOne {}

  /** Else the one that has the port could not end, and the other would wait for it in vain. */
  @Test
  void whoWaitsForAPortKeepsNobodyFromOthers() {
    runTogether(HasAndAsks.class).assertStatistics(events -> events.succeeded(2).failed(0));
  }

  static class HasAndAsks {
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder()
            .port(PortRequest.named("legacy").preferred(7452).strict().build())
            .port(PortRequest.named("other").build())
            .build();

    private static final CompletableFuture<Thread> WAITS = new CompletableFuture<>();
    private static final CountDownLatch HAS = new CountDownLatch(1);

    @Test
    void has(@FreePort(preferred = 7452, strict = true) int port) throws Exception {
      HAS.countDown();
      Thread other = InPool.await(() -> WAITS.get(2, TimeUnit.MINUTES));
      while (Stream.of(other.getStackTrace())
          .noneMatch(frame -> frame.getClassName().equals(FixedPortQueue.class.getName()))) {
        Thread.onSpinWait();
      }
      assertThat(PORTS.port("other").number()).isNotEqualTo(port);
    }

    @Test
    void waits() throws Exception {
      assertThat(InPool.await(() -> HAS.await(2, TimeUnit.MINUTES))).isTrue();
      WAITS.complete(Thread.currentThread());
      assertThat(PORTS.port("legacy").number()).isEqualTo(7452);
    }
  }

  /** A test that would wait for itself fails at once; this one would take two minutes. */
  @Test
  void aPortThatTheTestHasAlready() {
    long start = System.nanoTime();
    run(Twice.class).assertStatistics(events -> events.failed(1));
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.MINUTES.toNanos(1));
  }

  static class Twice {
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder()
            .port(PortRequest.named("legacy").preferred(7453).strict().build())
            .build();

    @Test
    void test(
        @FreePort(preferred = 7453, strict = true) int port, @FreePort("legacy") int legacy) {}
  }

  @Test
  void aPortThatSomebodyClosed() {
    run(Closes.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                message(
                    text ->
                        text.matches(
                            "@FreePort parameter .* gets Port \\d+ \"db\" \\(RELEASED\\), which somebody closed\\. Leave that to its scope, or use a name of its own\\."))));
  }

  static class Closes {
    @RepeatedTest(2)
    void test(@FreePort(value = "db", scope = PortScope.CLASS) HeldPort port) {
      port.close();
    }
  }

  @Test
  void aConverterGoesBeforeWhatIsBuiltIn() {
    run(Converts.class).assertStatistics(events -> events.succeeded(1).failed(0));
  }

  static class Converts {
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder()
            .converter(URI.class, port -> URI.create("ws://localhost:" + port.number() + "/chat"))
            .build();

    @Test
    void test(@FreePort URI chat) {
      assertThat(chat).hasScheme("ws").hasPath("/chat");
    }
  }

  @Test
  void aPortThatIsDescribedTwice() {
    run(DescribedTwice.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                message(
                    "@FreePort parameter [int port] of [void "
                        + DescribedTwice.class.getName()
                        + ".test(int)] says what \"db\" is to be like, but a FreePortExtension defines it. Say it in one of the two.")));
  }

  static class DescribedTwice {
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder().port(PortRequest.named("db").build()).build();

    @Test
    void test(@FreePort(value = "db", preferred = 28091) int port) {}
  }

  @Test
  void aPortWithoutAName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FreePortExtension.builder().port(PortRequest.any()))
        .withMessage("A port of a FreePortExtension needs a name: PortRequest.named(\"...\").");
  }

  @Test
  void aPortThatIsDefinedTwice() {
    PortRequest db = PortRequest.named("db").build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FreePortExtension.builder().port(db).port(db))
        .withMessage("Port \"db\" is defined twice. Define it once.");
  }

  private static Events run(Class<?> fixture) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .testEvents();
  }
}
