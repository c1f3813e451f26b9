package io.freeport.cli.doctor;

import io.freeport.HandoffMode;
import io.freeport.PortAllocator;
import io.freeport.PortRange;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.os.WellKnownPorts;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.search.PortSequence;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Checks of the machine: the kernel, the handoff and the owner directory. */
final class MachineChecks {

  /** Ports that nobody named come from here on, see docs/ports.md. */
  private static final int FIRST_OF_POOL = 10_000;

  private static final int FEW = 1_000;

  private MachineChecks() {}

  static List<CheckResult> run(Supplier<Settings> settings, Supplier<OwnerRegistry> owners) {
    List<CheckResult> results = new ArrayList<>();
    KernelPorts kernel = KernelPorts.ofThisMachine();
    List<PortRange> ranges = ranges(settings);
    results.add(ephemeral(kernel, ranges));
    if (!ranges.isEmpty()) {
      results.add(configured(ranges));
    }
    if (!kernel.reserved().isEmpty()) {
      results.add(
          CheckResult.ok(
              "reserved ports",
              text(kernel.reserved()) + " (net.ipv4.ip_local_reserved_ports) are left alone"));
    }
    results.add(handoff(settings));
    results.add(registry(owners));
    return results;
  }

  /** Returns the ranges of the configuration; none if it is invalid, as another check finds. */
  private static List<PortRange> ranges(Supplier<Settings> settings) {
    try {
      return settings.get().get(SettingKeys.RANGES);
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  private static CheckResult configured(List<PortRange> ranges) {
    String text = "ports that nobody names come from " + text(ranges);
    List<Integer> blocked = WellKnownPorts.notMeantBy(ranges);
    if (!blocked.isEmpty()) {
      text += "; without those that browsers refuse " + blocked;
    }
    PortRange nodePorts = WellKnownPorts.NODE_PORTS;
    boolean hasNodePorts =
        ranges.stream()
            .anyMatch(
                range -> range.first() <= nodePorts.last() && nodePorts.first() <= range.last());
    return new CheckResult(
        CheckResult.Level.OK,
        "freeport.ranges",
        text,
        hasNodePorts
            ? "On a Kubernetes node, name none of "
                + nodePorts
                + ": ports of these NodePorts can be bound, but the node may redirect them."
            : "");
  }

  private static String text(List<PortRange> ranges) {
    return ranges.stream().map(PortRange::toString).collect(Collectors.joining(", "));
  }

  private static CheckResult ephemeral(KernelPorts kernel, List<PortRange> ranges) {
    PortRange range = kernel.ephemeral();
    String text = range + " (net.ipv4.ip_local_port_range)";
    boolean leavesNone = PortSequence.outsideEphemeralRange(kernel).isWithin(range);
    if (leavesNone && !ranges.isEmpty()) {
      return CheckResult.ok(
          "ephemeral ports", text + "; no others are left, but freeport.ranges names ports");
    }
    return range.first() - FIRST_OF_POOL >= FEW
        ? CheckResult.ok("ephemeral ports", text + "; FreePort takes ports below them")
        : CheckResult.warn(
            "ephemeral ports",
            leavesNone
                ? text
                    + "; no others are left, so FreePort takes ports from them, as Docker and programs that bind port 0 do"
                : text + "; few ports from " + FIRST_OF_POOL + " on are outside of them",
            "Let them begin higher (sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\"), or name"
                + " ranges by freeport.ranges.");
  }

  private static CheckResult handoff(Supplier<Settings> settings) {
    try (PortAllocator allocator = PortAllocator.builder(settings.get()).build()) {
      return allocator.handoffMode() == HandoffMode.SHARED
          ? CheckResult.ok("handoff", "shared: consumers bind beside the hold")
          : CheckResult.warn(
              "handoff",
              "close-then-bind: the hold is closed just before its consumer binds",
              "Use startOn, or containers through FreePort: both try again if somebody was faster. If freeport.handoff forces this"
                  + " mode, remove it.");
    } catch (IllegalArgumentException e) {
      return CheckResult.fail("handoff", "a setting is invalid", String.valueOf(e.getMessage()));
    }
  }

  private static CheckResult registry(Supplier<OwnerRegistry> owners) {
    try {
      return registry(owners.get());
    } catch (IllegalArgumentException e) {
      return CheckResult.fail(
          "owner directory", "a setting is invalid", String.valueOf(e.getMessage()));
    }
  }

  private static CheckResult registry(OwnerRegistry registry) {
    return registry
        .problem()
        .map(
            problem ->
                CheckResult.fail(
                    "owner directory",
                    registry.directory() + ": " + problem,
                    "Make it this user's alone (chmod 700), or name another one by FREEPORT_DIR."
                        + " Without it the reaper knows less about who is dead."))
        .orElseGet(
            () ->
                CheckResult.ok(
                    "owner directory",
                    registry.directory() + " can be written to, by this user alone"));
  }
}
