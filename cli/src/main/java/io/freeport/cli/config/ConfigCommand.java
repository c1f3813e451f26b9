package io.freeport.cli.config;

import io.freeport.internal.settings.Settings;
import java.util.List;
import java.util.function.Supplier;
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
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport config show",
      "  freeport config set services.web.preferred 8000,8001",
      "  freeport config migrate --dry-run"
    })
public final class ConfigCommand implements Runnable {

  @Spec private CommandSpec spec;

  private final Supplier<Settings> settings;

  /** The files of a plan add to these settings, which have those of no file. */
  public ConfigCommand(Supplier<Settings> settings) {
    this.settings = settings;
  }

  /** Returns its commands, in the order of the help. */
  public List<Object> subcommands() {
    return List.of(
        new ConfigShowCommand(settings),
        new ConfigGetCommand(settings),
        new ConfigSetCommand(settings),
        new ConfigValidateCommand(settings),
        new ConfigMigrateCommand(settings));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command of config.");
  }
}
