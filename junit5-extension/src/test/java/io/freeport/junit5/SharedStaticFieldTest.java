package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.freeport.PortBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * A static field that several classes inherit. One class runs while a test of the other one does:
 * it is run by that test.
 */
class SharedStaticFieldTest {

  @Test
  void anotherClassDoesNotReplaceThePortOfOneThatRuns() {
    run(First.class).testEvents().assertStatistics(events -> events.succeeded(1).failed(0));
    First.DURING
        .get(0)
        .allEvents()
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(ExtensionConfigurationException.class),
                message(
                    "@FreePort field [static int "
                        + Base.class.getName()
                        + ".port] is one field for two classes that run at the same time: "
                        + First.class.getName()
                        + " (SharedStaticFieldTest$First) has its port in it, and "
                        + Second.class.getName()
                        + " (SharedStaticFieldTest$Second) would replace that by another one."
                        + " Use an instance field or a parameter, or scope = SESSION for one port for both, or keep the classes from running"
                        + " at the same time, by @ResourceLock or @Execution(SAME_THREAD) at the class that declares the field.")));
  }

  abstract static class Base {
    @FreePort static int port;
  }

  static class First extends Base {
    static final List<EngineExecutionResults> DURING = new ArrayList<>();

    @Test
    void test() {
      int before = port;
      DURING.add(run(Second.class));
      assertThat(port).isEqualTo(before).isPositive();
    }
  }

  static class Second extends Base {
    @Test
    void test() {
      assertThat(port).isPositive();
    }
  }

  @Test
  void oneAfterTheOtherIsFine() {
    run(Second.class, Third.class)
        .testEvents()
        .assertStatistics(events -> events.succeeded(2).failed(0));
  }

  static class Third extends Base {
    @Test
    void test() {
      assertThat(port).isPositive();
    }
  }

  @Test
  void whatAllClassesShareIsFine() {
    run(OneOfSession.class).testEvents().assertStatistics(events -> events.succeeded(1).failed(0));
  }

  abstract static class OfSession {
    @FreePort(value = "shared-field", scope = PortScope.SESSION)
    static int port;
  }

  static class OneOfSession extends OfSession {
    @Test
    void test() {
      int before = port;
      run(OtherOfSession.class)
          .testEvents()
          .assertStatistics(events -> events.succeeded(1).failed(0));
      assertThat(port).isEqualTo(before);
    }
  }

  static class OtherOfSession extends OfSession {
    @Test
    void test() {
      assertThat(port).isPositive();
    }
  }

  /** A nested class gets what the class around it has: the same ports, in a value of its own. */
  @Test
  void aNestedClassThatInheritsTheFieldToo() {
    run(Outer.class).testEvents().assertStatistics(events -> events.succeeded(2).failed(0));
    run(Outer.class).testEvents().assertStatistics(events -> events.succeeded(2).failed(0));
  }

  abstract static class WithBlock {
    @FreePort(count = 2)
    static PortBlock ports;
  }

  static class Outer extends WithBlock {
    @Test
    void test() {
      assertThat(ports).isNotNull();
    }

    @Nested
    class Inner extends WithBlock {
      @Test
      void test() {
        assertThat(ports).isNotNull();
      }
    }
  }

  private static EngineExecutionResults run(Class<?>... fixtures) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(
            Stream.of(fixtures)
                .map(DiscoverySelectors::selectClass)
                .toArray(DiscoverySelector[]::new))
        .execute();
  }
}
