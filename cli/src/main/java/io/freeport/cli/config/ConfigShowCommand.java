package io.freeport.cli.config;

import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.cli.terminal.Table;
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

/** {@code freeport config show}: all values, and where they are written. */
@Command(
    name = "show",
    description = {
      "Show all values after overrides, and where each is written.",
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
    out.println("environment: " + read.environment());
    if (plan.files().isEmpty()) {
      out.println("There is no " + PlanOption.FILE_NAME + " here.");
    }
    Table table = new Table();
    values.forEach((key, value) -> table.row(key, value.value(), value.origin()));
    table.lines().forEach(out::println);
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
}
