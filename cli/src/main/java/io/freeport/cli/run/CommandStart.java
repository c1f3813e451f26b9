package io.freeport.cli.run;

import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.internal.handoff.PortConflict;
import io.freeport.plan.PortConflictException;
import io.freeport.plan.health.HealthCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Starts a command on its ports, again if somebody else has one of them, and waits for its end. */
final class CommandStart {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

  /** For ports that the command does not listen on for long, or never. */
  private static final Duration PATIENT_PAUSE = Duration.ofSeconds(1);

  private final List<String> arguments;
  private final CommandPorts ports;
  private final PassedSignals signals;
  private final Duration timeout;
  private final boolean explain;
  private final PrintWriter err;

  CommandStart(
      List<String> arguments,
      CommandPorts ports,
      PassedSignals signals,
      Duration timeout,
      boolean explain,
      PrintWriter err) {
    this.arguments = arguments;
    this.ports = ports;
    this.signals = signals;
    this.timeout = timeout;
    this.explain = explain;
    this.err = err;
  }

  /** Returns the command's exit status. */
  int run(int retries) throws InterruptedException {
    for (int left = retries; ; left--) {
      if (signals.came()) {
        return signals.exitStatus();
      }
      ports.offer();
      tell(ports.toString());
      try (ChildCommand command =
          signals.start(
              () -> ChildCommand.start(ports.fill(arguments), ports.environment(), retries > 0))) {
        if (command == null) {
          return signals.exitStatus();
        }
        handOver(command);
        int status = command.await();
        if (status == 0
            || signals.came()
            || command.age().compareTo(timeout) > 0
            || left == 0
            || !makeWay(isAboutOurs(command.conflicts()), status)) {
          return status;
        }
      }
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
    boolean told = false;
    Duration pause = FIRST_PAUSE;
    while (!waiting.isEmpty() && !command.waitFor(pause)) {
      waiting.removeIf(this::isTaken);
      if (!told && command.age().compareTo(timeout) > 0) {
        told = true;
        waiting.forEach(this::tellOfNobody);
      }
      Duration next = pause.multipliedBy(2);
      Duration longest = told ? PATIENT_PAUSE : LONGEST_PAUSE;
      pause = next.compareTo(longest) < 0 ? next : longest;
    }
  }

  /** Asks the system first: the bind by which a port confirms could be in the command's way. */
  private boolean isTaken(String name) {
    HeldPort port = ports.port(name);
    if (!HealthCheck.listening(port.number()).check().healthy() || !port.confirm()) {
      return false;
    }
    tell(name + " " + port.number() + " is listened on");
    return true;
  }

  private void tellOfNobody(String name) {
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

  /**
   * Finds out whether the command failed since it could not have a port, and sees to it that it can
   * next time.
   *
   * @param saysSo whether it says that it could not have a port of ours
   * @return false if it failed for another reason, or there is no other port
   */
  private boolean makeWay(boolean saysSo, int status) {
    List<String> stolen = new ArrayList<>();
    List<String> unused = new ArrayList<>();
    ports
        .held()
        .forEach(
            (name, port) -> {
              if (port.handover().isInUse()) {
                if (saysSo || isOfSomebodyElse(port)) {
                  stolen.add(name);
                }
              } else if (port.state() == PortState.OFFERED) {
                unused.add(name);
              }
            });
    if (stolen.isEmpty() && (unused.isEmpty() || !saysSo)) {
      return false;
    }
    if (stolen.isEmpty()) {
      List<String> shared = unused.stream().filter(ports::isShared).toList();
      if (!shared.isEmpty()) {
        shared.forEach(ports::doNotShare);
        say(
            "The command ended with status "
                + status
                + ", since it cannot listen on a port beside its hold. It is started again without the hold.");
        return true;
      }
      stolen.addAll(unused); // somebody was there for a moment, or holds it without listening
    }
    return stolen.stream().allMatch(this::move);
  }

  /**
   * A server that the command has left behind is no conflict. By now its parent may be gone, and
   * its group and session be its own; but whoever was there before us does not come from the
   * command.
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

  private boolean move(String name) {
    HeldPort port = ports.port(name);
    int before = port.number();
    // A command that fails at once is faster than the look at its ports. Our own hold, which is
    // still there then, is none of those who are in its way.
    String who =
        port.confirm() ? PortDiagnosis.of(before).describe() : "Somebody had port " + before + ".";
    try {
      ports.move(name);
    } catch (PortUnavailableException | PortConflictException e) {
      say(who + " There is no other port for \"" + name + "\": " + e.getMessage());
      return false;
    }
    say(
        who
            + " The command is started again with "
            + ports.port(name).number()
            + " for \""
            + name
            + "\".");
    return true;
  }

  /** A conflict that names a port is not about ours if it names another one. */
  private boolean isAboutOurs(List<String> conflicts) {
    return conflicts.stream()
        .map(line -> PortConflict.portNamedIn(new IOException(line)))
        .anyMatch(this::isOurs);
  }

  private boolean isOurs(OptionalInt named) {
    return named.isEmpty() || ports.numbers().containsValue(named.getAsInt());
  }

  private void tell(String message) {
    if (explain) {
      say(message);
    }
  }

  private void say(String message) {
    err.println("freeport: " + message);
    err.flush();
  }
}
