package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

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
}
