package io.freeport.cli.doctor;

import io.freeport.HandoffMode;
import io.freeport.PortAllocator;
import io.freeport.PortRange;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.owner.OwnerRegistry;
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
    results.add(ephemeral(kernel.ephemeral()));
    if (!kernel.reserved().isEmpty()) {
      results.add(
          CheckResult.ok(
              "reserved ports",
              kernel.reserved().stream().map(PortRange::toString).collect(Collectors.joining(", "))
                  + " (net.ipv4.ip_local_reserved_ports) are left alone"));
    }
    results.add(handoff(settings));
    results.add(registry(owners));
    return results;
  }

  private static CheckResult ephemeral(PortRange range) {
    String text = range + " (net.ipv4.ip_local_port_range)";
    return range.first() - FIRST_OF_POOL >= FEW
        ? CheckResult.ok("ephemeral ports", text + "; FreePort takes ports below them")
        : CheckResult.warn(
            "ephemeral ports",
            text + "; few ports from " + FIRST_OF_POOL + " on are outside of them",
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
