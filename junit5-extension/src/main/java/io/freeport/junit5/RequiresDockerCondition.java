package io.freeport.junit5;

import io.freeport.internal.settings.SettingKeys;
import io.freeport.spi.EngineCheck;
import java.util.ServiceLoader;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Evaluates {@link RequiresDocker}. */
final class RequiresDockerCondition implements ExecutionCondition {

  private static final String REQUIRE = "FREEPORT_REQUIRE_DOCKER";

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return evaluate(
        RequiresDockerCondition::requireAnswer,
        RunScope.settings(context).get(SettingKeys.REQUIRE_DOCKER));
  }

  private static void requireAnswer() {
    EngineCheck check =
        ServiceLoader.load(EngineCheck.class, EngineCheck.class.getClassLoader())
            .findFirst()
            .orElse(null);
    if (check == null) {
      throw new IllegalStateException(
          "nothing on the test class path can look for one: add freeport-docker or freeport-testcontainers");
    }
    check.requireAnswer();
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
