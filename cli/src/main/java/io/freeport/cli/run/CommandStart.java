package io.freeport.cli.run;

import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.internal.handoff.ConflictRetry;
import io.freeport.internal.handoff.PortConflict;
import io.freeport.plan.PortConflictException;
import io.freeport.plan.health.HealthCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Runs a command on its ports to its end, and again after a port conflict. */
final class CommandStart implements ConflictRetry.Attempt<Integer, InterruptedException> {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

  /** For ports that the command does not listen on for long, or never. */
  private static final Duration PATIENT_PAUSE = Duration.ofSeconds(1);

  /** More than a JVM needs to notice a signal, on a busy machine too. */
  private static final Duration LATE_SIGNAL = Duration.ofSeconds(1);

  /** The command ended, and not well. */
  private static final class FailedStart extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient List<OptionalInt> conflicts;

    /**
     * Remembers how it ended.
     *
     * @param conflicts the port, or none, that each message of the command about a conflict names
     */
    FailedStart(int status, List<OptionalInt> conflicts) {
      super("The command ended with status " + status);
      this.status = status;
      this.conflicts = conflicts;
    }

    /** Returns whether the command may have meant a port: it has named it, or none. */
    boolean mayMean(int port) {
      return conflicts.contains(OptionalInt.empty()) || names(port);
    }

    boolean names(int port) {
      return conflicts.contains(OptionalInt.of(port));
    }
  }

  private final List<String> arguments;
  private final CommandPorts ports;
  private final PassedSignals signals;
  private final int retries;
  private final Duration timeout;
  private final boolean explain;
  private final PrintWriter err;

  /** No other process has it, but those that the command starts. */
  private final String mark = UUID.randomUUID().toString();

  /** The ports that somebody else has after the last start. */
  private final List<String> stolen = new ArrayList<>();

  /** The ports that the command may have meant, and that nobody has. */
  private final List<String> unused = new ArrayList<>();

  /** Whether a port got another number although nobody was seen to have it. */
  private boolean hasMovedUnseen;

  CommandStart(
      List<String> arguments,
      CommandPorts ports,
      PassedSignals signals,
      int retries,
      Duration timeout,
      boolean explain,
      PrintWriter err) {
    this.arguments = arguments;
    this.ports = ports;
    this.signals = signals;
    this.retries = retries;
    this.timeout = timeout;
    this.explain = explain;
    this.err = err;
  }

  /** Returns the exit status of the command's last start. */
  int run() throws InterruptedException {
    try {
      return ConflictRetry.run(retries, this);
    } catch (FailedStart last) {
      return last.status;
    }
  }

  /** Runs the command to its end, and fails if a start on other ports might help. */
  @Override
  public Integer start() throws InterruptedException {
    if (signals.came()) {
      return signals.exitStatus();
    }
    ports.offer();
    explain(ports.toString());
    Map<String, String> variables = new LinkedHashMap<>(ports.environment());
    variables.put(Leftovers.VARIABLE, mark);
    try (ChildCommand command =
        signals.start(() -> ChildCommand.start(ports.fill(arguments), variables, retries > 0))) {
      if (command == null) {
        return signals.exitStatus();
      }
      handOver(command);
      int status = command.await();
      if (signals.comes(PassedSignals.isStatusOfEnded(status) ? LATE_SIGNAL : Duration.ZERO)) {
        new Leftovers(signals.descendants(), mark, signals.cameToWholeGroup()).end(this::say);
        return status;
      }
      if (status == 0 || command.age().compareTo(timeout) > 0) {
        return status;
      }
      throw new FailedStart(
          status,
          command.conflicts().stream()
              .map(line -> PortConflict.portNamedIn(new IOException(line)))
              .toList());
    }
  }

  /** Lets go of each port that the command listens on, until it has all of them or ends. */
  private void handOver(ChildCommand command) throws InterruptedException {
    Set<String> waiting = new LinkedHashSet<>();
    ports
        .held()
        .forEach(
            (name, port) -> {
              if (port.state() == PortState.OFFERED) {
                waiting.add(name);
              }
            });
    boolean warned = false;
    Duration pause = FIRST_PAUSE;
    while (!waiting.isEmpty() && !command.waitFor(pause)) {
      waiting.removeIf(this::isTaken);
      if (!warned && command.age().compareTo(timeout) > 0) {
        warned = true;
        waiting.forEach(this::warnOfNobody);
      }
      Duration next = pause.multipliedBy(2);
      Duration longest = warned ? PATIENT_PAUSE : LONGEST_PAUSE;
      pause = next.compareTo(longest) < 0 ? next : longest;
    }
  }

  /** Asks the system first: the bind by which a port confirms could be in the command's way. */
  private boolean isTaken(String name) {
    HeldPort port = ports.port(name);
    if (!HealthCheck.listening(port.number()).check().healthy() || !port.confirm()) {
      return false;
    }
    explain(name + " " + port.number() + " is listened on");
    return true;
  }

  private void warnOfNobody(String name) {
    say(
        "Nobody listens on "
            + ports.port(name).number()
            + " ("
            + name
            + ") after "
            + timeout.toMillis() / 1000.0
            + " s. The command goes on, and the port stays with it until it ends. Does it use {"
            + name
            + "}?");
  }

  /** Finds out whether the command failed because it could not have one of its ports. */
  @Override
  public boolean isConflict(Exception failure) {
    if (!(failure instanceof FailedStart failed)) {
      return false;
    }
    stolen.clear();
    unused.clear();
    ports
        .held()
        .forEach(
            (name, port) -> {
              boolean isMeant = failed.mayMean(port.number());
              if (port.handover().isInUse()) {
                if (isMeant || isOfSomebodyElse(port)) {
                  stolen.add(name);
                }
              } else if (isMeant && port.state() == PortState.OFFERED) {
                unused.add(name);
              }
            });
    if (stolen.isEmpty() && unused.stream().noneMatch(ports::isShared)) {
      moveUnseen(failed);
    }
    return !stolen.isEmpty() || unused.stream().anyMatch(ports::isShared);
  }

  /**
   * Without a hold, somebody may have had a port for a moment. That is believed once, of a port
   * that the command names. Else the command means another port, and would fail again.
   */
  private void moveUnseen(FailedStart failed) {
    if (!hasMovedUnseen) {
      unused.stream().filter(name -> failed.names(ports.port(name).number())).forEach(stolen::add);
      hasMovedUnseen = !stolen.isEmpty();
    }
    if (stolen.isEmpty() && !unused.isEmpty()) {
      say(
          failed.getMessage()
              + ", and says that an address is in use. It says so without a hold, too, and nobody has "
              + numbers(unused)
              + ". It is not started again.");
    }
  }

  private String numbers(List<String> names) {
    return names.stream()
        .map(name -> name + " " + ports.port(name).number())
        .collect(Collectors.joining(", "));
  }

  /** Moves stolen ports. If there are none, the command may not be able to bind beside a hold. */
  @Override
  public void changeNumbers(Exception conflict) {
    new Leftovers(Set.of(), mark, true).end(this::say);
    if (stolen.isEmpty()) {
      List<String> shared = unused.stream().filter(ports::isShared).toList();
      shared.forEach(ports::doNotShare);
      say(
          conflict.getMessage()
              + ", and says that an address is in use. Nobody has "
              + numbers(shared)
              + ", but some programs cannot listen beside a hold. It is started again without the hold.");
    }
    stolen.forEach(this::move);
  }

  /**
   * Returns whether a process that is older than this one has the port. A younger one may be a
   * server that the command left behind, which is no conflict: its parent may be gone by now, and
   * its group and session may have changed.
   */
  private static boolean isOfSomebodyElse(HeldPort port) {
    ProcessHandle us = ProcessHandle.current();
    Instant start = us.info().startInstant().orElse(Instant.MIN);
    return PortDiagnosis.of(port.number(), port.request().protocol()).occupants().stream()
        .filter(occupant -> occupant.pid().orElse(0) != us.pid()) // the hold, which is still there
        .filter(occupant -> isFor(port.request().protocol(), occupant.use()))
        .anyMatch(occupant -> occupant.since().filter(since -> since.isBefore(start)).isPresent());
  }

  private static boolean isFor(Protocol protocol, PortOccupant.Use use) {
    return protocol == Protocol.TCP_AND_UDP
        || (protocol == Protocol.UDP) == (use == PortOccupant.Use.UDP);
  }

  private void move(String name) {
    HeldPort port = ports.port(name);
    int before = port.number();
    // A command that fails at once is faster than the look at its ports. Our own hold, which is
    // still there then, is none of those who are in its way.
    String who =
        port.confirm()
            ? PortDiagnosis.of(before, port.request().protocol()).describe()
            : unused.contains(name)
                ? "The command says that port " + before + " is in use. Nobody has it now."
                : "Port " + before + " was in use when the command had ended.";
    try {
      ports.move(name);
    } catch (PortUnavailableException | PortConflictException e) {
      say(who + " There is no other port for \"" + name + "\": " + e.getMessage());
      throw new IllegalStateException("There is no other port for " + name, e);
    }
    say(
        who
            + " The command is started again with "
            + ports.port(name).number()
            + " for \""
            + name
            + "\".");
  }

  private void explain(String message) {
    if (explain) {
      say(message);
    }
  }

  private void say(String message) {
    err.println("freeport: " + message);
    err.flush();
  }
}
