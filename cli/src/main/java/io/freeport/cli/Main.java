package io.freeport.cli;

import io.freeport.cli.config.AutoFixCommand;
import io.freeport.cli.config.ConfigCommand;
import io.freeport.cli.doctor.DoctorCommand;
import io.freeport.cli.kill.KillCommand;
import io.freeport.cli.ports.CheckCommand;
import io.freeport.cli.ports.FindCommand;
import io.freeport.cli.ports.LsCommand;
import io.freeport.cli.ports.ReapCommand;
import io.freeport.cli.ports.WhoCommand;
import io.freeport.cli.run.RunCommand;
import io.freeport.cli.serve.ServeCommand;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.EngineConverter;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.docker.internal.DockerJavaEngine;
import io.freeport.docker.internal.EngineAddress;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.internal.text.PrintableText;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The command {@code freeport}.
 *
 * @since 0.1.0
 */
@Command(
    name = "freeport",
    description = "Shows, explains and repairs ports, and runs any command on held ones.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done, or what was asked is so",
      "1:the answer is no: a port is taken, a check has failed",
      "2:the command line, or a setting, is not understood",
      "3:refused, such as to end another user's process",
      "4:it could not be done, for example since no engine answers"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport who 5432",
      "  freeport run --port web -- python3 -m http.server {web}",
      "  freeport kill 5432",
      "  freeport reap --dry-run",
      "  freeport kill --help"
    })
public final class Main {

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show on standard error what the libraries log.")
  private boolean verbose;

  @Option(
      names = "--engine",
      paramLabel = "URI",
      scope = ScopeType.INHERIT,
      converter = EngineConverter.class,
      description =
          "Ask the container engine there, such as unix:///var/run/docker.sock or tcp://localhost:2375 (default: DOCKER_HOST, else that of the Docker context).")
  private @Nullable EngineAddress engine;

  private Main() {}

  /**
   * Runs one command, and ends the JVM.
   *
   * @param args as in {@code freeport --help}
   */
  public static void main(String[] args) {
    System.exit(commandLineFor(args).execute(args));
  }

  /** Returns the command line with all commands. */
  static CommandLine commandLine() {
    return commandLine(commands());
  }

  /**
   * Returns all commands, in the order of the help. Each gets what it needs to know of this JVM
   * from here, and reads it when it runs: a mistake in the configuration is then the command's
   * failure.
   */
  private static List<Object> commands() {
    Supplier<Settings> settings = Settings::ofThisJvm;
    // For commands with --plan: the plan adds the settings of its files.
    Supplier<Settings> withoutFiles = Settings::ofProcess;
    Supplier<OwnerRegistry> owners = () -> OwnerRegistry.of(settings.get());
    return List.of(
        new WhoCommand(),
        new CheckCommand(),
        new FindCommand(settings),
        new LsCommand(owners),
        new KillCommand(owners),
        new ReapCommand(),
        new DoctorCommand(settings, owners),
        new RunCommand(settings, withoutFiles),
        new ServeCommand(withoutFiles),
        new ConfigCommand(withoutFiles),
        new AutoFixCommand(withoutFiles),
        new CompletionCommand(Main::commandLine),
        new WarmUpCommand(settings, Main::commandLine));
  }

  /** Returns the command line with the called command alone: reading the others takes time. */
  private static CommandLine commandLineFor(String... args) {
    List<Object> commands = commands();
    return commands.stream()
        .filter(command -> args.length > 0 && nameOf(command).equals(args[0]))
        .findFirst()
        .map(command -> commandLine(List.of(command)))
        .orElseGet(() -> commandLine(commands));
  }

  private static String nameOf(Object command) {
    return command.getClass().getAnnotation(Command.class).name();
  }

  private static CommandLine commandLine(List<Object> commands) {
    Main main = new Main();
    CommandLine commandLine = new CommandLine(main);
    for (Object command : commands) {
      CommandLine added = new CommandLine(command);
      if (command instanceof ConfigCommand config) {
        config.subcommands().forEach(added::addSubcommand);
      }
      commandLine.addSubcommand(added);
    }
    return commandLine
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(
            parsed -> {
              Logging.configure(main.verbose);
              if (main.engine != null) {
                DockerJavaEngine.use(main.engine);
              }
              return new CommandLine.RunLast().execute(parsed);
            })
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command
                  .getErr()
                  .println(
                      command
                          .getColorScheme()
                          .errorText(PrintableText.lines("freeport: " + failure.getMessage())));
              return statusOf(failure);
            });
  }

  private static int statusOf(Exception failure) {
    if (failure instanceof CommandFailure known) {
      return known.exitStatus();
    }
    return failure instanceof IllegalArgumentException ? ExitStatus.USAGE : ExitStatus.FAILED;
  }
}
