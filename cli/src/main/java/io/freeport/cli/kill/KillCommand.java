package io.freeport.cli.kill;

import io.freeport.Protocol;
import io.freeport.cli.ports.Occupants;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.DurationConverter;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.Terminal;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.diagnosis.PortOccupant.Kind;
import io.freeport.diagnosis.PortOccupant.Use;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freeport kill}: ends the process or container that has a port. */
@Command(
    name = "kill",
    description = {
      "End the process that has a port, or stop the container, after a question.",
      "A process gets TERM, and KILL if it does not end. Refused are the first process, this command and those that started it, parts"
          + " of container engines, and without --force other users' processes."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the port is free now",
      "1:nobody had it, or the answer was no",
      "3:refused; nothing was ended",
      "4:it could not be ended, or somebody still has the port"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport kill 8080",
      "  freeport kill --yes --grace 30s 8080",
      "  freeport kill --force 8080"
    })
public final class KillCommand implements Callable<Integer> {

  /** An engine keeps a port for a moment after its container has stopped. */
  private static final Duration UNTIL_FREE = Duration.ofSeconds(5);

  private static final long POLL_MILLIS = 50;

  @Parameters(paramLabel = "PORT", description = "The port.")
  private int port;

  @Option(names = "--udp", description = "For UDP instead of TCP.")
  private boolean udp;

  @Option(
      names = "--yes",
      description = "Do not ask. Without a terminal nothing is ended unless this is given.")
  private boolean yes;

  @Option(names = "--force", description = "Also another user's process.")
  private boolean force;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "How long it has to end by itself (default: ${DEFAULT-VALUE}).")
  private Duration grace;

  @Spec private CommandSpec spec;

  private final Supplier<OwnerRegistry> owners;

  /** Ends processes; those in a registry are JVMs with FreePort. */
  public KillCommand(Supplier<OwnerRegistry> owners) {
    this.owners = owners;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PortDiagnosis diagnosis = Occupants.of(port, protocol());
    List<PortOccupant> occupants = occupants(diagnosis);
    if (occupants.isEmpty()) {
      if (!PortDiagnosis.isTaken(port, protocol())) {
        out.println("Port " + port + " is free now. There is nothing to end.");
        return ExitStatus.NO;
      }
      throw new CommandFailure(ExitStatus.FAILED, diagnosis.describe());
    }
    out.println(diagnosis.describe());
    List<KillTarget> targets = targets(occupants);
    requireAllowed(targets);
    OwnerRegistry registry = owners.get();
    targets.stream()
        .map(target -> target.remark(registry))
        .filter(text -> !text.isEmpty())
        .forEach(out::println);
    if (!agreed(targets, out)) {
      out.println("Nothing was ended.");
      return ExitStatus.NO;
    }
    // The answer may have taken its time.
    List<PortOccupant> now = occupants(Occupants.of(port, protocol()));
    if (now.isEmpty() && !PortDiagnosis.isTaken(port, protocol())) {
      out.println("Meanwhile it has ended by itself. Port " + port + " is free now.");
      return ExitStatus.OK;
    }
    if (!targets(now).equals(targets)) {
      throw new CommandFailure(
          ExitStatus.FAILED,
          "Meanwhile port " + port + " has changed hands, so nothing was ended. Look again.");
    }
    for (KillTarget target : targets) {
      out.println(target.end(grace));
      out.flush();
    }
    return tellWhatIs(out);
  }

  private Protocol protocol() {
    return udp ? Protocol.UDP : Protocol.TCP;
  }

  private List<PortOccupant> occupants(PortDiagnosis diagnosis) {
    return diagnosis.occupants().stream()
        .filter(occupant -> (occupant.use() == Use.UDP) == udp)
        .toList();
  }

  /** Containers first: without them, what their engine runs for them ends by itself. */
  private List<KillTarget> targets(List<PortOccupant> occupants) {
    boolean published = occupants.stream().anyMatch(occupant -> occupant.kind() == Kind.CONTAINER);
    List<KillTarget> targets =
        new ArrayList<>(published ? ContainerTarget.publishing(port, udp) : List.of());
    Map<Long, KillTarget> processes = new LinkedHashMap<>();
    for (PortOccupant occupant : occupants) {
      boolean mayBeTheEngines =
          published && (occupant.pid().isEmpty() || ProcessTarget.isOfEngine(occupant.name()));
      if (occupant.kind() == Kind.CONTAINER || occupant.kind() == Kind.SYSTEM || mayBeTheEngines) {
        continue;
      }
      long pid = occupant.pid().orElseThrow(() -> unseen(occupant));
      ProcessTarget.of(pid, occupant.kind() == Kind.PROCESS ? occupant.name() : "java")
          .ifPresent(target -> processes.putIfAbsent(pid, target));
    }
    targets.addAll(processes.values());
    return targets;
  }

  private static CommandFailure unseen(PortOccupant occupant) {
    return new CommandFailure(
        ExitStatus.REFUSED,
        occupant.kind() == Kind.FREEPORT
            ? "Refused: it is "
                + occupant.describe()
                + ", where its pid may be another process's here. End it where it runs."
            : "Refused: which process it is cannot be seen from here. Try as root.");
  }

  private void requireAllowed(List<KillTarget> targets) {
    if (targets.isEmpty()) {
      throw new CommandFailure(
          ExitStatus.FAILED,
          "There is no process to end: the system closes these connections by itself, within minutes.");
    }
    String refusals =
        targets.stream()
            .flatMap(
                target ->
                    target.refusal(force).stream().map(reason -> target.name() + ": " + reason))
            .collect(Collectors.joining("; "));
    if (!refusals.isEmpty()) {
      throw new CommandFailure(
          ExitStatus.REFUSED, "Refused to end " + refusals + ". Nothing was ended.");
    }
    if (!yes && !Terminal.isInteractive()) {
      throw new CommandFailure(
          ExitStatus.REFUSED,
          "Refused, since there is no terminal to ask at. Nothing was ended. If you mean it, use --yes.");
    }
  }

  private boolean agreed(List<KillTarget> targets, PrintWriter out) throws IOException {
    String all = targets.stream().map(KillTarget::name).collect(Collectors.joining(" and "));
    return yes || Terminal.confirms("End " + all + "?", out);
  }

  private int tellWhatIs(PrintWriter out) throws InterruptedException {
    long start = System.nanoTime();
    while (PortDiagnosis.isTaken(port, protocol())) {
      if (System.nanoTime() - start > UNTIL_FREE.toNanos()) {
        PortDiagnosis diagnosis = Occupants.of(port, protocol());
        out.println(diagnosis.describe());
        List<PortOccupant> left = occupants(diagnosis);
        boolean closing =
            !left.isEmpty() && left.stream().allMatch(one -> one.kind() == Kind.SYSTEM);
        // A server that sets SO_REUSEADDR, as most do, can have it.
        return closing ? ExitStatus.OK : ExitStatus.FAILED;
      }
      Thread.sleep(POLL_MILLIS);
    }
    out.println("Port " + port + " is free now.");
    return ExitStatus.OK;
  }
}
