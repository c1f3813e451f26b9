package io.freeport.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code freeport config}: what is in {@code freeport.yaml}. */
@Command(
    name = "config",
    description = "Show, check and change freeport.yaml.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ConfigShowCommand.class,
      ConfigGetCommand.class,
      ConfigSetCommand.class,
      ConfigValidateCommand.class,
      ConfigMigrateCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport config show",
      "  freeport config set services.web.preferred 8000,8001",
      "  freeport config migrate --dry-run"
    })
final class ConfigCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command of config.");
  }
}
