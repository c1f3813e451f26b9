package io.freeport.cli.run;

import io.freeport.PortUnavailableException;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.DurationConverter;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PlanException;
import io.freeport.plan.PortConflictException;
import io.freeport.plan.PortPlan;
import io.freeport.plan.internal.file.PlanLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freeport run}: any command, on ports that are held until it listens on them. */
@Command(
    name = "run",
    description = {
      "Run a command on ports that are held until it listens on them.",
      "{NAME} in its arguments is the number of the port of that name. So is the variable NAME_PORT, and PORT if there is one port only."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport run --port web -- python3 -m http.server '{web}'",
      "  freeport run --port web=8000,8001-8003 --port db -- ./start '{web}' '{db}'",
      "  freeport run --port web -- docker run --rm -p '127.0.0.1:{web}:80' nginx",
      "  freeport run --plan freeport.yaml -- npm start",
      "",
      "The exit status is that of the command, 128 + n if signal n has ended it. 127: it cannot be found; 126: it cannot be started; 125: there are no ports for it."
    })
public final class RunCommand implements Callable<Integer> {

  private static final int NO_PORTS = 125;

  @Option(
      names = "--port",
      paramLabel = "NAME[=PORTS]",
      converter = PortSpec.Converter.class,
      description =
          "A port. PORTS are the preferred one, then others and ranges: 8000,8001-8003. NAME/udp and NAME/tcp+udp are for UDP.")
  private List<PortSpec> specs = new ArrayList<>();

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description =
          "Ports for the services of a freeport.yaml, or of those that count for a directory.")
  private @Nullable Path plan;

  @Option(
      names = "--retries",
      paramLabel = "N",
      description =
          "How often the command is started again after a port conflict (default: freeport.retries, 5). With 0 it has the very standard error of freeport.")
  private @Nullable Integer retries;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "After this time it is said that nobody listens, and nothing is started again (default: freeport.handoff.timeout, 1m).")
  private @Nullable Duration timeout;

  @Option(
      names = "--explain",
      description = "Say which ports are held, and when they are listened on.")
  private boolean explain;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "1..*",
      description = "What is run, with its arguments, behind --.")
  private List<String> command = new ArrayList<>();

  @Spec private CommandSpec spec;

  private final Supplier<Settings> settings;
  private final Supplier<Settings> planSettings;

  /**
   * Runs commands.
   *
   * @param settings count without a plan
   * @param planSettings those to which the files of a plan add
   */
  public RunCommand(Supplier<Settings> settings, Supplier<Settings> planSettings) {
    this.settings = settings;
    this.planSettings = planSettings;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (specs.isEmpty() && plan == null) {
      throw new ParameterException(
          spec.commandLine(), "There is no port to be held. Name one: --port web, or --plan .");
    }
    if (retries != null && retries < 0) {
      throw new ParameterException(
          spec.commandLine(), "--retries must be 0 or more, but was " + retries + ".");
    }
    try {
      return run();
    } catch (PlanException e) {
      throw new CommandFailure(ExitStatus.USAGE, e);
    } catch (PortUnavailableException | PortConflictException e) {
      throw new CommandFailure(NO_PORTS, e);
    }
  }

  private int run() throws InterruptedException {
    // The command may leave something behind on purpose, such as the container of docker run -d.
    Settings own = (plan == null ? settings : planSettings).get().with(SettingKeys.LEAKS, "ignore");
    PortPlan services = plan == null ? null : PortPlan.of(new PlanLoader(own).load(plan));
    Settings read = services == null ? own : services.loaded().settings();
    int allowed = retries == null ? read.get(SettingKeys.RETRIES) : retries;
    Duration patience =
        timeout == null ? read.get(SettingKeys.HANDOFF_TIMEOUT, Duration.ofMinutes(1)) : timeout;
    // A signal ends this process as usual until the ports are held, which may take a while.
    try (CommandPorts ports = CommandPorts.hold(specs, services, read);
        PassedSignals signals = PassedSignals.install()) {
      return new CommandStart(
              command, ports, signals, allowed, patience, explain, spec.commandLine().getErr())
          .run();
    }
  }
}
