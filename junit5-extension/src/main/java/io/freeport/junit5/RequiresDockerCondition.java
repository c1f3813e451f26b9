package io.freeport.junit5;

import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.EngineCheck;
import java.util.ServiceLoader;
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
        RequiresDockerCondition::requireAnswer,
        Settings.ofThisJvm().get(SettingKeys.REQUIRE_DOCKER));
  }

  private static void requireAnswer() {
    ServiceLoader.load(EngineCheck.class, EngineCheck.class.getClassLoader())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "add freeport-testcontainers or freeport-docker to the test class path, which look for one"))
        .requireAnswer();
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
