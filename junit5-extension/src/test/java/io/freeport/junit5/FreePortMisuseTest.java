package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.freeport.HeldPort;
import io.freeport.PortState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class FreePortMisuseTest {

  @Test
  void aParameterOfAnotherType() {
    run(StringParameter.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(ParameterResolutionException.class),
                message(
                    "@FreePort parameter [java.lang.String port] of [void "
                        + StringParameter.class.getName()
                        + ".test(java.lang.String)] must be of type int, java.lang.Integer or io.freeport.HeldPort but was:"
                        + " java.lang.String")));
  }

  @Test
  void aFieldOfAnotherType() {
    run(LongField.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(ExtensionConfigurationException.class),
                message(
                    "@FreePort field [long "
                        + LongField.class.getName()
                        + ".port] must be of type int, java.lang.Integer or io.freeport.HeldPort but was: long")));
  }

  @Test
  void aFinalField() {
    run(FinalField.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(ExtensionConfigurationException.class),
                message(
                    "@FreePort field [final java.lang.Integer "
                        + FinalField.class.getName()
                        + ".port] must not be final: its port is put into it after its initializer ran.")));
  }

  @Test
  void aPortThatIsUsedAfterItsScope() {
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(UsesPortOfFormerTest.class))
        .execute()
        .testEvents()
        .failed()
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(IllegalStateException.class),
                message(
                    text ->
                        text.matches(
                            "Port \\d+ \"db\" \\(RELEASED\\) cannot be offered any more. It was released with its scope, or by"
                                + " close\\(\\); use it before that, or hold another one."))));
    assertThat(UsesPortOfFormerTest.PORTS)
        .extracting(HeldPort::state)
        .containsOnly(PortState.RELEASED);
  }

  @Test
  void aFailingTestReleasesItsPorts() {
    run(FailingTest.class).assertStatistics(events -> events.failed(1));
    assertThat(FailingTest.PORTS)
        .hasSize(2)
        .extracting(HeldPort::state)
        .containsOnly(PortState.RELEASED);
  }

  private static Events run(Class<?> fixture) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .allEvents();
  }

  static class StringParameter {
    @Test
    void test(@FreePort String port) {}
  }

  static class LongField {
    @FreePort long port;

    @Test
    void test() {}
  }

  static class FinalField {
    @FreePort final Integer port = 0;

    @Test
    void test() {}
  }

  static class UsesPortOfFormerTest {
    static final List<HeldPort> PORTS = new ArrayList<>();

    @Test
    void one(@FreePort("db") HeldPort port) {
      use(port);
    }

    @Test
    void two(@FreePort("db") HeldPort port) {
      use(port);
    }

    private static void use(HeldPort port) {
      PORTS.add(port);
      PORTS.get(0).offer();
    }
  }

  static class FailingTest {
    static final List<HeldPort> PORTS = new ArrayList<>();

    @BeforeEach
    void setUp(@FreePort HeldPort port) {
      PORTS.add(port);
    }

    @Test
    void test(@FreePort HeldPort port) {
      PORTS.add(port);
      throw new IllegalStateException("on purpose");
    }
  }
}
