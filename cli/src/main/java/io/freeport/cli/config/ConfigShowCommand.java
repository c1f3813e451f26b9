package io.freeport.cli.config;

import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortPlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code freeport config show}: all that is written, and where. */
@Command(
    name = "show",
    description = {
      "Show what counts: values with where they are written.",
      "The environment's section, variables and the nearest file have been applied."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  freeport config show", "  freeport config show --json"})
final class ConfigShowCommand implements Callable<Integer> {

  @Mixin private PlanOption plan;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  ConfigShowCommand(Supplier<Settings> settings) {
    plan = new PlanOption(settings);
  }

  @Override
  public Integer call() {
    PortPlan read = plan.load();
    Map<String, PlanValues.Value> values = PlanValues.of(read);
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      print(read, values, out);
      return ExitStatus.OK;
    }
    int keys = width(values.keySet());
    int texts = width(values.values().stream().map(PlanValues.Value::value).toList());
    out.println("environment: " + read.environment());
    if (plan.files().isEmpty()) {
      out.println("There is no " + PlanOption.FILE_NAME + " here.");
    }
    values.forEach(
        (key, value) ->
            out.println(pad(key, keys) + "  " + pad(value.value(), texts) + "  " + value.origin()));
    out.flush();
    return ExitStatus.OK;
  }

  private void print(PortPlan read, Map<String, PlanValues.Value> values, PrintWriter out) {
    Map<String, Object> all = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> all.put(key, Map.of("value", value.value(), "origin", value.origin())));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("environment", read.environment());
    answer.put("files", plan.files().stream().map(Path::toString).toList());
    answer.put("values", all);
    JsonOption.print(answer, out);
  }

  private static int width(Iterable<String> texts) {
    int width = 0;
    for (String text : texts) {
      width = Math.max(width, text.length());
    }
    return width;
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }
}
