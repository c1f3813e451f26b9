package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class RequiresDockerTest {

  private static void noEngine() {
    throw new IllegalStateException("none found");
  }

  @Test
  void withAnEngineTestsRun() {
    assertThat(RequiresDockerCondition.evaluate(() -> {}, true).isDisabled()).isFalse();
    assertThat(RequiresDockerCondition.evaluate(() -> {}, false).isDisabled()).isFalse();
  }

  @Test
  void withoutAnEngineTestsAreSkippedForAReason() {
    ConditionEvaluationResult result =
        RequiresDockerCondition.evaluate(RequiresDockerTest::noEngine, false);
    assertThat(result.isDisabled()).isTrue();
    assertThat(result.getReason())
        .contains(
            "no Docker engine answers (none found); FREEPORT_REQUIRE_DOCKER=true would make this a failure");
  }

  @Test
  void withoutAnEngineThatIsRequiredTestsFail() {
    assertThatExceptionOfType(ExtensionConfigurationException.class)
        .isThrownBy(() -> RequiresDockerCondition.evaluate(RequiresDockerTest::noEngine, true))
        .withMessage(
            "No Docker engine answers, but FREEPORT_REQUIRE_DOCKER=true says that there must be one: none found");
  }

  /** The modules that look for an engine are not on the class path of these tests. */
  @Test
  void withoutAModuleThatLooksForAnEngineTheReasonSaysWhichToAdd() {
    assertThat(run("false").skipped().list())
        .singleElement()
        .extracting(event -> event.getRequiredPayload(String.class), STRING)
        .isEqualTo(
            "no Docker engine answers (nothing on the test class path can look for one: add freeport-docker or"
                + " freeport-testcontainers); FREEPORT_REQUIRE_DOCKER=true would make this a failure");
  }

  @Test
  void andATestThatRequiresOneFails() {
    assertThat(run("true").failed().list())
        .singleElement()
        .extracting(
            event ->
                String.valueOf(
                    event
                        .getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .orElseThrow()),
            STRING)
        .contains("add freeport-docker or freeport-testcontainers");
  }

  private static Events run(String required) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(NeedsEngine.class))
        .configurationParameter("freeport.require.docker", required)
        .execute()
        .containerEvents();
  }

  @RequiresDocker
  static class NeedsEngine {
    @Test
    void test() {}
  }
}
