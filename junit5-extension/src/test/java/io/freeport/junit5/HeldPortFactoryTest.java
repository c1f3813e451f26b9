package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.cause;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.freeport.HeldPort;
import io.freeport.PortState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import org.junitpioneer.jupiter.resource.New;
import org.junitpioneer.jupiter.resource.Shared;

/** Ports as resources of JUnit Pioneer. */
class HeldPortFactoryTest {

  @Test
  void newOnesAreReleasedWithTheTestAndSharedOnesAreShared() {
    run(WithPioneer.class).assertStatistics(events -> events.succeeded(2).failed(0));
    assertThat(WithPioneer.NEW).hasSize(2).doesNotHaveDuplicates();
    assertThat(WithPioneer.SHARED).hasSize(2);
    assertThat(WithPioneer.SHARED.get(0)).isSameAs(WithPioneer.SHARED.get(1));
    assertThat(WithPioneer.NEW).allMatch(port -> port.state() == PortState.RELEASED);
    assertThat(WithPioneer.SHARED).allMatch(port -> port.state() == PortState.RELEASED);
  }

  static class WithPioneer {
    static final List<HeldPort> NEW = new ArrayList<>();
    static final List<HeldPort> SHARED = new ArrayList<>();

    @Test
    void one(
        @New(
                value = HeldPortFactory.class,
                arguments = {"db", "28095"})
            HeldPort port,
        @Shared(factory = HeldPortFactory.class, name = "cache") HeldPort shared) {
      assertThat(port.name()).isEqualTo("db");
      assertThat(port.number()).isBetween(27995, 28195);
      assertThat(port.state()).isEqualTo(PortState.HELD);
      NEW.add(port);
      SHARED.add(shared);
    }

    @Test
    void two(
        @New(HeldPortFactory.class) HeldPort port,
        @Shared(factory = HeldPortFactory.class, name = "cache") HeldPort shared) {
      assertThat(port.name()).isEmpty();
      NEW.add(port);
      SHARED.add(shared);
    }
  }

  @Test
  void anArgumentThatIsNoNumber() {
    run(BadArgument.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                cause(
                    message(
                        "Not a preferred port: \"web\". Expected a name, then numbers: arguments = {\"db\", \"5432\"}."))));
  }

  static class BadArgument {
    @Test
    void test(
        @New(
                value = HeldPortFactory.class,
                arguments = {"db", "web"})
            HeldPort port) {}
  }

  private static Events run(Class<?> fixture) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .testEvents();
  }
}
