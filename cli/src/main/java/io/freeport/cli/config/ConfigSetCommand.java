package io.freeport.cli.config;

import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.settings.Settings;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freeport config set}: one value, and nothing else of the file. */
@Command(
    name = "set",
    description = {
      "Set one value in the nearest freeport.yaml. Nothing else in it changes, comments and order included.",
      "If the plan could not be read afterwards, nothing is written."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport config set services.web.preferred 8000,8001",
      "  freeport config set environments.ci.services.web.range 20000-20999",
      "  freeport config set retries 3"
    })
final class ConfigSetCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "KEY", description = "Such as services.web.preferred.")
  private String key = "";

  @Parameters(
      index = "1",
      paramLabel = "VALUE",
      description = "A value, values with commas, or a list or mapping as YAML has it on one line.")
  private String value = "";

  @Mixin private PlanOption plan;

  @Option(names = "--dry-run", description = "Print the difference, and write nothing.")
  private boolean dryRun;

  @Spec private CommandSpec spec;

  ConfigSetCommand(Supplier<Settings> settings) {
    plan = new PlanOption(settings);
  }

  @Override
  public Integer call() {
    PlanDocument document = plan.nearest();
    document.set(
        List.of((key.startsWith("freeport.") ? key.substring(9) : key).split("\\.", -1)), value);
    ConfigChange.finish(document, dryRun, spec.commandLine().getOut());
    return ExitStatus.OK;
  }
}
