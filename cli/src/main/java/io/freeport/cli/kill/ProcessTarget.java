package io.freeport.cli.kill;

import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.owner.OwnerRecord;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.text.PrintableText;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import oshi.SystemInfo;
import oshi.software.os.OSProcess;

/**
 * A process that has the port.
 *
 * @param processName its command; empty if that is not known
 * @param start when it started; two processes of one id have different ones
 */
record ProcessTarget(ProcessHandle process, String processName, Optional<Instant> start)
    implements KillTarget {

  /**
   * Processes that publish the ports of containers. They serve all containers and must not be
   * ended.
   */
  private static final Set<String> OF_ENGINES =
      Set.of(
          "docker-proxy",
          "dockerd",
          "containerd",
          "rootlesskit",
          "rootlessport",
          "rootlessport-c",
          "slirp4netns",
          "pasta",
          "pasta.avx2",
          "podman",
          "conmon",
          "com.docker.back",
          "vpnkit",
          "gvproxy");

  private static final Duration AFTER_KILL = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 20;
  private static final int HALF_A_COMMAND = 100;

  /** Returns the process that has an id now; nothing if there is none. */
  static Optional<ProcessTarget> of(long pid, String name) {
    return ProcessHandle.of(pid)
        .map(process -> new ProcessTarget(process, name, process.info().startInstant()));
  }

  static boolean isOfEngine(String name) {
    return OF_ENGINES.contains(name);
  }

  @Override
  public String name() {
    return (processName.isEmpty() ? "a process" : PrintableText.line(processName))
        + " (pid "
        + process.pid()
        + ")";
  }

  @Override
  public String remark(OwnerRegistry owners) {
    String command =
        process.info().commandLine().map(line -> "Its command: " + shortened(line)).orElse("");
    return owners.livingOwners().stream()
        .filter(owner -> owner.owner().pid() == process.pid())
        .filter(owner -> owner.owner().host().equals(owners.self().host())) // pids count there
        .findFirst()
        .map(owner -> command + System.lineSeparator() + ofOwner(owner))
        .orElse(command)
        .strip();
  }

  /** Keeps both ends: in the command of a JVM, the main class follows the class path. */
  private static String shortened(String command) {
    String printable = PrintableText.line(command);
    int end = printable.length();
    return end <= 2 * HALF_A_COMMAND
        ? printable
        : printable.substring(0, HALF_A_COMMAND)
            + " ... "
            + printable.substring(end - HALF_A_COMMAND);
  }

  private static String ofOwner(OwnerRecord owner) {
    return "It is a JVM with FreePort in "
        + PrintableText.line(owner.module())
        + ", with "
        + owner.holds().size()
        + (owner.holds().size() == 1 ? " port" : " ports")
        + "; if it runs tests, they end with it.";
  }

  @Override
  public Optional<String> refusal(boolean force) {
    if (process.pid() == 1) {
      return Optional.of("it is the first process, by which all others live");
    }
    if (isThisOrAbove()) {
      return Optional.of("this command runs in it, or was started by it");
    }
    if (isOfEngine(processName)) {
      return Optional.of(
          "it is a part of a container engine, which publishes the port for a container. Stop that one with the engine's own command");
    }
    Optional<String> user = process.info().user();
    Optional<String> us = ProcessHandle.current().info().user();
    if (!force && (user.isEmpty() || !user.equals(us))) {
      return Optional.of(
          "it is "
              + user.map(name -> "of user " + name).orElse("of a user that cannot be told")
              + ", not yours. If you mean it, use --force");
    }
    return Optional.empty();
  }

  private boolean isThisOrAbove() {
    Optional<ProcessHandle> above = Optional.of(ProcessHandle.current());
    while (above.isPresent()) {
      if (above.get().pid() == process.pid()) {
        return true;
      }
      above = above.get().parent();
    }
    return false;
  }

  @Override
  public boolean isStillThere() {
    return !hasEnded() && process.info().startInstant().equals(start);
  }

  /** A zombie stays listed until its parent reaps it, in containers possibly for ever. */
  private boolean hasEnded() {
    if (!process.isAlive()) {
      return true;
    }
    OSProcess seen = new SystemInfo().getOperatingSystem().getProcess((int) process.pid());
    return seen == null || seen.getState() == OSProcess.State.ZOMBIE;
  }

  @Override
  public String end(Duration grace) throws InterruptedException {
    if (!isStillThere()) {
      return name() + " had ended.";
    }
    // The JVM, too, compares the start before it sends a signal.
    if (!process.destroy() && isStillThere()) {
      throw notAllowed("TERM");
    }
    if (endsWithin(grace)) {
      return "Sent TERM to " + name() + ": it has ended.";
    }
    if (!process.destroyForcibly() && isStillThere()) {
      throw notAllowed("KILL");
    }
    if (!endsWithin(AFTER_KILL)) {
      throw new CommandFailure(
          ExitStatus.FAILED,
          name() + " got TERM and KILL, and has not ended: the system keeps it for now.");
    }
    return "Sent TERM to " + name() + ", and KILL after " + grace.toSeconds() + " s: it has ended.";
  }

  private CommandFailure notAllowed(String signal) {
    return new CommandFailure(
        ExitStatus.FAILED,
        "The system does not let this user send " + signal + " to " + name() + ". Try as root.");
  }

  private boolean endsWithin(Duration limit) throws InterruptedException {
    long start = System.nanoTime();
    while (isStillThere()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }
}
