package io.freeport.testcontainers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides for {@link RequiresDocker}. */
final class RequiresDockerCondition implements ExecutionCondition {

  static final String REQUIRE = "FREEPORT_REQUIRE_DOCKER";

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return evaluate(Engine::requireAnswer, System.getenv(REQUIRE));
  }

  static ConditionEvaluationResult evaluate(Runnable requireAnswer, @Nullable String required) {
    if (required != null && !required.equals("true") && !required.equals("false")) {
      throw new ExtensionConfigurationException(
          "Bad value for " + REQUIRE + ": \"" + required + "\". Expected true or false.");
    }
    try {
      requireAnswer.run();
      return ConditionEvaluationResult.enabled("a Docker engine answers");
    } catch (RuntimeException e) {
      if ("true".equals(required)) {
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
