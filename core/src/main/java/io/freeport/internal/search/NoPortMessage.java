package io.freeport.internal.search;

import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.PortTier;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.os.SocketError;
import io.freeport.internal.os.WellKnownPorts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What to say when a request cannot be satisfied: what was tried, who has it, and what can be done.
 */
public final class NoPortMessage {

  /** For naming the occupants of all ports: as long as one answer may take. */
  private static final long TIME_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** Number of ranges that are named when a request has waited. */
  private static final int NAMED_RANGES = 5;

  private NoPortMessage() {}

  /**
   * Has what a failure needs loaded before there is one: when descriptors have run out, no class
   * file can be opened.
   */
  public static void load() {
    PortUnavailableException unused =
        exception(PortRequest.any(), new IOException("too many open files"), 0);
  }

  static PortUnavailableException exception(
      PortRequest request, SearchFailures refusals, KernelPorts kernel, int held) {
    List<String> lines = new ArrayList<>();
    lines.add("No " + request + " can be had. Tried: " + refusals + ".");
    lines.addAll(refusals.skipped(request));
    List<Integer> occupied = new ArrayList<>();
    List<Integer> closing = new ArrayList<>();
    for (PortDiagnosis diagnosis : diagnoses(refusals.inUse(), request.protocol())) {
      lines.add("  " + diagnosis.describe());
      if (diagnosis.isExplained()) {
        occupied.add(diagnosis.port());
      } else if (request.protocol().hasTcp() && isClosing(diagnosis)) {
        closing.add(diagnosis.port());
      }
    }
    List<String> advice = new ArrayList<>();
    if (refusals.isNotPermitted()) {
      lines.add("Some of them need rights that this process does not have.");
      advice.add(
          "Ask for ports from "
              + WellKnownPorts.FIRST_UNPRIVILEGED
              + " on, or run with the right to bind lower ones.");
    }
    if (refusals.hadNoPorts()) {
      advice.add(
          "Have freeport.ranges, freeport.avoid and net.ipv4.ip_local_reserved_ports leave some ports"
              + " (reserved or avoided are "
              + kernel.reserved()
              + "), or ask for a range of ports.");
    }
    if (held > 0) {
      advice.add("Release some of the " + held + " ports that this allocator holds.");
    }
    if (!occupied.isEmpty()) {
      advice.add("Stop what has " + join(occupied) + ".");
    }
    if (!closing.isEmpty()) {
      advice.add(
          "Wait up to a minute: then the system has closed the former connections of "
              + join(closing)
              + ".");
    }
    if (request.lastTier() != PortTier.ANY) {
      advice.add("Allow other ports: fallback(...), range(...) or upTo(PortTier.ANY).");
    }
    if (request.isContiguous()) {
      advice.add("Ask for a smaller block, or give up contiguous().");
    }
    return new PortUnavailableException(withAdvice(lines, advice), refusals.inUse());
  }

  static PortUnavailableException exception(PortRequest request, IOException failure, int held) {
    String reason = SocketError.describe(failure);
    List<String> lines = new ArrayList<>();
    List<String> advice = new ArrayList<>();
    lines.add("The operating system gives no socket for a " + request + ": " + reason + ".");
    if (SocketError.TOO_MANY_OPEN_FILES.isIn(failure)) {
      advice.add("Raise the limit of open files (ulimit -n); each held port needs one.");
      advice.add("Release some of the " + held + " ports that this allocator holds.");
    } else if (request.address() != null) {
      advice.add("Use an address of this machine, or none, to hold the port on all of them.");
    }
    return new PortUnavailableException(withAdvice(lines, advice), failure);
  }

  /**
   * Adds that, and what for, a request has waited.
   *
   * @param refusal what is said without a wait; ends with what to do
   * @param wanted the numbers that the request may get
   * @param earlier how many other requests were first
   */
  static PortUnavailableException afterWait(
      PortUnavailableException refusal, Duration waited, List<PortRange> wanted, int earlier) {
    return new PortUnavailableException(
        "Waited "
            + text(waited)
            + " for "
            + queue(wanted, earlier)
            + ".\n"
            + refusal.getMessage()
            + "\n  - Wait longer: queue(Duration), or freeport.queue.timeout where the request does not say how long.",
        refusal.portsInUse());
  }

  static PortUnavailableException interrupted(
      PortRequest request, List<PortRange> wanted, int earlier) {
    return new PortUnavailableException(
        "The wait for a "
            + request
            + " was interrupted. It waited for "
            + queue(wanted, earlier)
            + ".",
        List.of());
  }

  private static String queue(List<PortRange> wanted, int earlier) {
    int size = wanted.stream().mapToInt(PortRange::size).sum();
    String numbers =
        wanted.size() > NAMED_RANGES
            ? size + " ports from " + wanted.get(0).first() + " on"
            : wanted.stream().map(PortRange::toString).collect(Collectors.joining(", "));
    return (size == 1 ? "port " : "one of ")
        + numbers
        + (earlier == 0
            ? ""
            : ", behind " + earlier + (earlier == 1 ? " other request" : " other requests"));
  }

  /** Returns a time as settings have it, such as 1m30s. */
  private static String text(Duration time) {
    return time.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  /** Asks for no further port when the time is up: an engine that hangs would take it for each. */
  private static List<PortDiagnosis> diagnoses(List<Integer> ports, Protocol protocol) {
    List<PortDiagnosis> diagnoses = new ArrayList<>();
    long start = System.nanoTime();
    for (int port : ports) {
      if (System.nanoTime() - start < TIME_LIMIT_NANOS) {
        diagnoses.add(PortDiagnosis.of(port, protocol));
      }
    }
    return diagnoses;
  }

  private static boolean isClosing(PortDiagnosis diagnosis) {
    return diagnosis.occupants().stream()
        .anyMatch(occupant -> occupant.kind() == PortOccupant.Kind.SYSTEM);
  }

  private static String withAdvice(List<String> lines, List<String> advice) {
    if (!advice.isEmpty()) {
      lines.add("What to do:");
      for (String line : advice) {
        lines.add("  - " + line);
      }
    }
    return String.join("\n", lines);
  }

  private static String join(List<Integer> ports) {
    return ports.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
