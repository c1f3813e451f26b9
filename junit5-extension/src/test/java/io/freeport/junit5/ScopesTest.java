package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.freeport.HeldPort;
import io.freeport.PortState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

@ExtendWith(FixedNumbers.class)
class ScopesTest {

  @Test
  void theClassKeepsItsPortsForAllItsTestsAndNestedClasses() {
    OfClass.PORTS.clear();
    run(OfClass.class, OtherClass.class);
    assertThat(OfClass.PORTS).hasSize(6);
    HeldPort first = OfClass.PORTS.get(0);
    assertThat(OfClass.PORTS.subList(0, 5)).allMatch(port -> port == first);
    assertThat(OfClass.PORTS.get(5)).isNotSameAs(first);
    assertThat(OfClass.PORTS).allMatch(port -> port.state() == PortState.RELEASED);
  }

  static class OfClass {
    static final List<HeldPort> PORTS = new ArrayList<>();

    @FreePort(value = "db", scope = PortScope.CLASS)
    private HeldPort field;

    @BeforeEach
    void setUp(@FreePort("db") HeldPort port) {
      assertThat(port).isSameAs(field);
    }

    @RepeatedTest(2)
    void test(@FreePort(value = "db", scope = PortScope.CLASS) HeldPort port) {
      assertThat(port).isSameAs(field);
      assertThat(port.request().usedBy()).isEqualTo("OfClass");
      assertThat(port.state()).isEqualTo(PortState.HELD);
      PORTS.add(port);
    }

    @Nested
    class Inner {
      @RepeatedTest(3)
      void test(@FreePort(value = "db", scope = PortScope.CLASS) HeldPort port) {
        PORTS.add(port);
      }
    }
  }

  static class OtherClass {
    @Test
    void test(@FreePort(value = "db", scope = PortScope.CLASS) HeldPort port) {
      OfClass.PORTS.add(port);
    }
  }

  @Test
  void withoutANameThePlaceIsTheKey() {
    Unnamed.PORTS.clear();
    run(Unnamed.class);
    assertThat(Unnamed.PORTS).hasSize(3);
    assertThat(Unnamed.PORTS).allMatch(port -> port == Unnamed.PORTS.get(0));
  }

  static class Unnamed {
    static final List<HeldPort> PORTS = new ArrayList<>();

    @RepeatedTest(3)
    void test(@FreePort(scope = PortScope.CLASS) HeldPort port) {
      PORTS.add(port);
    }
  }

  /** This very test is part of a session, so those that it runs are too. */
  @Test
  void theSessionKeepsItsPortsOverSeveralRuns() {
    OfSession.ports.clear();
    run(OfSession.class);
    run(OfSession.class);
    assertThat(OfSession.ports).hasSize(2);
    assertThat(OfSession.ports.get(1)).isSameAs(OfSession.ports.get(0));
    assertThat(OfSession.ports.get(0).state()).isEqualTo(PortState.HELD);
    assertThat(OfSession.ofInstance).isNotNull().isNotSameAs(OfSession.ports.get(0));
  }

  static class OfSession {
    static final List<HeldPort> ports = new ArrayList<>();
    static @Nullable HeldPort ofInstance;

    @Test
    void test(
        @FreePort(value = "ScopesTest", scope = PortScope.SESSION) HeldPort port,
        @FreePort("ScopesTest") HeldPort ofInstance) {
      ports.add(port);
      OfSession.ofInstance = ofInstance;
    }
  }

  /** Of the session, and of the very number that it holds already: it need not wait to know. */
  @Test
  void aPortOfTheSessionIsKnownToLaterRuns() {
    run(HoldsForSession.class);
    long start = System.nanoTime();
    EngineTestKit.engine("junit-jupiter")
        .selectors(DiscoverySelectors.selectClass(WantsTheSame.class))
        .configurationParameter("freeport.queue.timeout", "10m")
        .execute()
        .testEvents()
        .assertStatistics(events -> events.failed(1));
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.MINUTES.toNanos(5));
  }

  static class HoldsForSession {
    @Test
    void test(
        @FreePort(value = "fixed", scope = PortScope.SESSION, preferred = 7461, strict = true)
            int port) {
      assertThat(port).isEqualTo(7461);
    }
  }

  static class WantsTheSame {
    @Test
    void test(@FreePort(preferred = 7461, strict = true) int port) {}
  }

  @Test
  void aClassThatInheritsAnUnnamedFieldIsNotTheOneThatItIsNestedIn() {
    run(OuterWithField.class);
  }

  abstract static class WithField {
    @FreePort protected HeldPort port;
  }

  static class OuterWithField extends WithField {
    @Nested
    class Inner extends WithField {
      @Test
      void test() {
        assertThat(port).isNotSameAs(OuterWithField.this.port);
      }
    }
  }

  @Test
  void whoAsksForThePortOfTheClassAfterOneOfTheTestIsTold() {
    EngineTestKit.engine("junit-jupiter")
        .selectors(DiscoverySelectors.selectClass(TwoScopes.class))
        .execute()
        .testEvents()
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                message(
                    text ->
                        text.endsWith(
                            " asks for \"db\" of the class, but parameter [int one] of [void "
                                + TwoScopes.class.getName()
                                + ".test(int,int)] already asked for one of the test. Say scope = CLASS there too."))));
  }

  static class TwoScopes {
    @Test
    void test(
        @FreePort("db") int one, @FreePort(value = "db", scope = PortScope.CLASS) int other) {}
  }

  /** A failure of one test is not that of the next. */
  @Test
  void aPortThatCouldNotBeHadIsAskedForAgain() throws IOException {
    SecondTry.IN_THE_WAY.add(new ServerSocket(7462));
    EngineTestKit.engine("junit-jupiter")
        .selectors(DiscoverySelectors.selectClass(SecondTry.class))
        .configurationParameter(
            "junit.jupiter.testmethod.order.default", MethodOrderer.MethodName.class.getName())
        .execute()
        .testEvents()
        .assertStatistics(events -> events.succeeded(2).failed(1));
  }

  static class SecondTry {
    static final List<ServerSocket> IN_THE_WAY = new ArrayList<>();

    @Test
    void first(
        @FreePort(value = "db", scope = PortScope.CLASS, preferred = 7462, strict = true)
            int port) {}

    @Test
    void second() throws IOException {
      IN_THE_WAY.get(0).close();
    }

    @Test
    void third(
        @FreePort(value = "db", scope = PortScope.CLASS, preferred = 7462, strict = true)
            int port) {}
  }

  /** Whoever fails must not remove what another one has held meanwhile. */
  @RepeatedTest(20)
  void onePortForAllThatComeAfterAFailure() throws IOException {
    AfterFailure.PORTS.clear();
    try (ServerSocket inTheWay = new ServerSocket(7463)) {
      AfterFailure.inTheWay = inTheWay;
      EngineTestKit.engine("junit-jupiter")
          .selectors(DiscoverySelectors.selectClass(AfterFailure.class))
          .configurationParameter("freeport.queue.timeout", "0s")
          .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
          .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
          .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "8")
          .execute()
          .testEvents()
          .assertThatEvents()
          .haveAtLeastOne(finishedWithFailure(message(text -> text.contains("7463"))));
    }
    assertThat(AfterFailure.PORTS).isNotEmpty();
    assertThat(Set.copyOf(AfterFailure.PORTS))
        .singleElement()
        .extracting(HeldPort::state)
        .isEqualTo(PortState.RELEASED);
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ExtendWith(MakesRoom.class)
  static class AfterFailure {
    static final Queue<HeldPort> PORTS = new ConcurrentLinkedQueue<>();
    static @Nullable ServerSocket inTheWay;

    @RepeatedTest(64)
    void test(
        @FreePort(value = "db", scope = PortScope.CLASS, preferred = 7463, strict = true)
            HeldPort port) {
      PORTS.add(port);
    }
  }

  static final class MakesRoom implements TestWatcher {
    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
      try {
        Objects.requireNonNull(AfterFailure.inTheWay).close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void run(Class<?>... fixtures) {
    EngineTestKit.engine("junit-jupiter")
        .selectors(
            Stream.of(fixtures)
                .map(DiscoverySelectors::selectClass)
                .toArray(DiscoverySelector[]::new))
        .execute()
        .allEvents()
        .assertStatistics(events -> events.failed(0).aborted(0));
  }
}
