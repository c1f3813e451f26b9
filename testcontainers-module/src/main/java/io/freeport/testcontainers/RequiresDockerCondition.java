package io.freeport.testcontainers;

import io.freeport.Settings;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides for {@link RequiresDocker}. */
final class RequiresDockerCondition implements ExecutionCondition {

  private static final String REQUIRE = "FREEPORT_REQUIRE_DOCKER";

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return evaluate(
        Engine::requireAnswer, Settings.ofThisJvm().flag("freeport.require.docker", false));
  }

  static ConditionEvaluationResult evaluate(Runnable requireAnswer, boolean required) {
    try {
      requireAnswer.run();
      return ConditionEvaluationResult.enabled("a Docker engine answers");
    } catch (RuntimeException e) {
      if (required) {
        throw new ExtensionConfigurationException(
            "No Docker engine answers, but "
                + REQUIRE
                + "=true says that there must be one: "
                + e.getMessage(),
            e);
      }
      return ConditionEvaluationResult.disabled(
          "no Docker engine answers ("
              + e.getMessage()
              + "); "
              + REQUIRE
              + "=true would make this a failure");
    }
  }
}
