package io.freeport.cli.ports;

import io.freeport.internal.os.WellKnownPorts;
import java.util.ArrayList;
import java.util.List;

/** Tells what may be wrong with a port that can be bound. */
public final class PortHints {

  private PortHints() {}

  /** Returns the hints for a port, as parts of a sentence; none for most ports. */
  public static List<String> of(int port) {
    List<String> hints = new ArrayList<>();
    if (WellKnownPorts.NODE_PORTS.contains(port)) {
      hints.add(
          "a Kubernetes node or a rule of iptables may redirect it, although it can be bound"
              + " (NodePorts are "
              + WellKnownPorts.NODE_PORTS
              + ")");
    }
    if (WellKnownPorts.isBlockedByBrowsers(port)) {
      hints.add("browsers refuse to connect to it");
    }
    return hints;
  }
}
