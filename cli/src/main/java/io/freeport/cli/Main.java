package io.freeport.cli;

import java.util.List;
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

  /** In the order in which the help names them. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          WhoCommand.class,
          CheckCommand.class,
          FindCommand.class,
          LsCommand.class,
          KillCommand.class,
          ReapCommand.class,
          DoctorCommand.class,
          RunCommand.class,
          ServeCommand.class,
          ConfigCommand.class,
          AutoFixCommand.class,
          CompletionCommand.class,
          WarmUpCommand.class);

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show on standard error what the libraries log.")
  private boolean verbose;

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
    return commandLine(COMMANDS);
  }

  /** Returns one with the command that is called alone, if it is: to read the others takes time. */
  private static CommandLine commandLineFor(String... args) {
    return COMMANDS.stream()
        .filter(command -> args.length > 0 && nameOf(command).equals(args[0]))
        .findFirst()
        .map(command -> commandLine(List.of(command)))
        .orElseGet(Main::commandLine);
  }

  private static String nameOf(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  private static CommandLine commandLine(List<Class<?>> commands) {
    Main main = new Main();
    CommandLine commandLine = new CommandLine(main);
    commands.forEach(commandLine::addSubcommand);
    return commandLine
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(
            parsed -> {
              Logging.configure(main.verbose);
              return new CommandLine.RunLast().execute(parsed);
            })
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command
                  .getErr()
                  .println(command.getColorScheme().errorText("freeport: " + failure.getMessage()));
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
