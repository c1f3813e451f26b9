package io.freeport.cli.config;

import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.internal.settings.Settings;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freeport config get}: one value. */
@Command(
    name = "get",
    description = "Print one value after all overrides. The exit status is 1 if it is not set.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport config get services.web.preferred",
      "  freeport config get --json retries"
    })
final class ConfigGetCommand implements Callable<Integer> {

  @Parameters(paramLabel = "KEY", description = "Such as services.web.preferred, or retries.")
  private String key = "";

  @Mixin private PlanOption plan;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  ConfigGetCommand(Supplier<Settings> settings) {
    plan = new PlanOption(settings);
  }

  @Override
  public Integer call() {
    Optional<PlanValues.Value> value = PlanValues.get(plan.load(), key);
    if (value.isEmpty()) {
      throw new CommandFailure(
          ExitStatus.NO, key + " is not set. See freeport config show for what is.");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      Map<String, String> answer = new LinkedHashMap<>();
      answer.put("key", key);
      answer.put("value", value.get().value());
      answer.put("origin", value.get().origin());
      JsonOption.print(answer, out);
    } else {
      out.println(value.get().value());
    }
    return ExitStatus.OK;
  }
}
