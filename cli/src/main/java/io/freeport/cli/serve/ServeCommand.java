package io.freeport.cli.serve;

import io.freeport.PortUnavailableException;
import io.freeport.cli.run.PassedSignals;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PlanException;
import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortConflictException;
import io.freeport.plan.PortPlan;
import io.freeport.plan.http.PortsServer;
import io.freeport.plan.internal.file.PlanLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freeport serve}: the ports of a plan, by HTTP. */
@Command(
    name = "serve",
    description = {
      "Hold the ports of a plan, and tell by HTTP which they are, until TERM or Ctrl-C.",
      "The ports are offered: each service can listen on its own beside the hold."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport serve",
      "  freeport serve --plan freeport.yaml --listen 17600 --allow-origin http://localhost:5173",
      "  curl http://127.0.0.1:17600/api/ports"
    })
public final class ServeCommand implements Callable<Integer> {

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      defaultValue = "",
      description = "A freeport.yaml, or a directory (default: the one where this is called).")
  private Path plan = Path.of("");

  @Option(
      names = "--listen",
      paramLabel = "PORT",
      description = "Listen on this port (default: one of 17600-17649 if one is free).")
  private @Nullable Integer listen;

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      description = "Let scripts of pages of this origin read the answers.")
  private @Nullable String allowedOrigin;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Write the URL to this file, as long as this runs.")
  private @Nullable Path file;

  @Spec private CommandSpec spec;

  private final Supplier<Settings> settings;

  /** The files of a plan add to these settings, which have those of no file. */
  public ServeCommand(Supplier<Settings> settings) {
    this.settings = settings;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (PassedSignals signals = PassedSignals.install();
        PortAssignments assignments = load().assign()) {
      assignments.names().forEach(assignments::offer);
      try (PortsServer server = start(assignments)) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(server.uri());
        out.flush();
        signals.await();
      }
    } catch (PlanException e) {
      throw new CommandFailure(ExitStatus.USAGE, e);
    } catch (PortConflictException | PortUnavailableException e) {
      throw new CommandFailure(ExitStatus.NO, e);
    } catch (IOException e) {
      throw new CommandFailure(ExitStatus.FAILED, "The ports cannot be served: " + e.getMessage());
    }
    return ExitStatus.OK;
  }

  /** Services may outlive this command, so their ports do not count as leaks. */
  private PortPlan load() {
    return PortPlan.of(new PlanLoader(settings.get().with(SettingKeys.LEAKS, "ignore")).load(plan));
  }

  private PortsServer start(PortAssignments assignments) throws IOException {
    PortsServer.Builder builder = PortsServer.builder(assignments);
    if (listen != null) {
      builder.port(listen);
    }
    if (allowedOrigin != null) {
      builder.allowOrigin(allowedOrigin);
    }
    if (file != null) {
      builder.file(file);
    }
    return builder.start();
  }
}
