package io.freeport.diagnosis;

import io.freeport.PortRange;
import io.freeport.Protocol;
import io.freeport.diagnosis.OccupantSearch.Source;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.os.ProcFs;
import io.freeport.internal.os.SocketError;
import io.freeport.internal.os.SocketTable;
import io.freeport.internal.os.WellKnownPorts;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the occupants of a port: processes and containers.
 *
 * <p>It is meant for the message of a failure. So it takes its time (a second, three at most), and
 * does not throw if something cannot be found out. It finds processes by {@code /proc} on Linux,
 * and elsewhere with <a href="https://github.com/oshi/oshi">OSHI</a> if {@code
 * com.github.oshi:oshi-core} is on the class path. It finds containers if {@code freeport-docker}
 * is on it.
 *
 * @since 0.1.0
 */
public final class PortDiagnosis {

  private static final Logger LOGGER = System.getLogger(PortDiagnosis.class.getName());

  /** For all finders together. */
  private static final Duration TIME_LIMIT = Duration.ofSeconds(3);

  private final int port;
  private final Protocol protocol;
  private final OccupantSearch.Result found;

  /** The protocol that somebody unseen has the port for. */
  private final @Nullable Protocol unexplained;

  private final boolean forbidden;

  private PortDiagnosis(int port, Protocol protocol, OccupantSearch.Result found) {
    this.port = port;
    this.protocol = protocol;
    this.found = found;
    IOException tcp = refusalOfNobody(Protocol.TCP);
    IOException udp = refusalOfNobody(Protocol.UDP);
    this.unexplained =
        tcp != null && isTaken(port, Protocol.TCP, tcp)
            ? Protocol.TCP
            : udp != null && isTaken(port, Protocol.UDP, udp) ? Protocol.UDP : null;
    this.forbidden = unexplained == null && (tcp != null || udp != null);
  }

  /** Returns why a port cannot be bound for one protocol, if nobody is seen to have it. */
  private @Nullable IOException refusalOfNobody(Protocol one) {
    boolean isAsked = one == Protocol.TCP ? protocol.hasTcp() : protocol.hasUdp();
    boolean isNobodySeen =
        found.occupants().stream()
            .noneMatch(occupant -> occupant.hasTcp() == (one == Protocol.TCP));
    return isAsked && isNobodySeen ? refusal(port, one) : null;
  }

  /**
   * Returns the port.
   *
   * @return the number that was asked for
   */
  public int port() {
    return port;
  }

  /**
   * Returns whether somebody was found who can be stopped: a process, a container or a hold, for
   * the protocol that was asked for. Former connections are closed by the system.
   *
   * @return whether {@link #occupants()} has such an occupant
   */
  public boolean isExplained() {
    return found.occupants().stream()
        .anyMatch(
            occupant ->
                occupant.kind() != PortOccupant.Kind.SYSTEM
                    && (occupant.hasTcp() ? protocol.hasTcp() : protocol.hasUdp()));
  }

  /**
   * Diagnoses a port for TCP.
   *
   * @param port the port, from 1 to 65535
   * @return what could be found out
   * @throws IllegalArgumentException if {@code port} is not a port number
   */
  public static PortDiagnosis of(int port) {
    return of(port, Protocol.TCP);
  }

  /**
   * Diagnoses a port.
   *
   * @param port the port, from 1 to 65535
   * @param protocol the protocol whose occupants count; for both, somebody is looked for in each
   * @return what could be found out
   * @throws IllegalArgumentException if {@code port} is not a port number
   */
  public static PortDiagnosis of(int port, Protocol protocol) {
    return of(port, protocol, TIME_LIMIT);
  }

  /**
   * Diagnoses a port, waiting up to the given limit.
   *
   * @param port the port, from 1 to 65535
   * @param protocol the protocol whose occupants count; for both, somebody is looked for in each
   * @param limit how long to wait for an engine or a system that is slow to answer; what answers
   *     later is left out
   * @return what could be found out
   * @throws IllegalArgumentException if {@code port} is not a port number
   */
  public static PortDiagnosis of(int port, Protocol protocol, Duration limit) {
    return of(port, protocol, sources(), limit);
  }

  static PortDiagnosis of(int port, List<Source> sources, Duration limit) {
    return of(port, Protocol.TCP, sources, limit);
  }

  private static PortDiagnosis of(
      int port, Protocol protocol, List<Source> sources, Duration limit) {
    requirePort(port);
    return new PortDiagnosis(port, protocol, OccupantSearch.run(port, sources, limit));
  }

  private static void requirePort(int port) {
    if (port < 1 || port > PortRange.HIGHEST_PORT) {
      throw new IllegalArgumentException(
          "Not a port: " + port + ". Expected a number from 1 to " + PortRange.HIGHEST_PORT + ".");
    }
  }

  /** Returns our own sources, then those of other modules. */
  static List<Source> sources() {
    List<Source> sources = new ArrayList<>();
    sources.add(
        new Source(
            "FreePort", port -> HoldFinder.find(port, OwnerRegistry.of(Settings.ofThisJvm()))));
    if (ProcFs.hasSocketTable()) {
      sources.add(new Source("/proc", port -> ProcOccupantFinder.find(port)));
    } else if (isOshiThere()) {
      // The class is not loaded before its search runs: loading it loads OSHI.
      sources.add(new Source("OSHI", port -> OshiOccupantFinder.find(port)));
    }
    try {
      ServiceLoader.load(PortOccupantFinder.class, PortOccupantFinder.class.getClassLoader())
          .stream()
          .map(finder -> new Source(finder.type().getSimpleName(), port -> finder.get().find(port)))
          .forEach(sources::add);
    } catch (ServiceConfigurationError | LinkageError e) {
      LOGGER.log(Level.DEBUG, "Not every PortOccupantFinder can be loaded", e);
    }
    return List.copyOf(sources);
  }

  private static boolean isOshiThere() {
    try {
      Class.forName("oshi.SystemInfo", false, PortDiagnosis.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /**
   * Returns whether this process can bind a port on all addresses. This method binds the port and
   * closes the socket at once, so another process can take the port before this method returns. To
   * keep a port, hold it.
   *
   * @param port the port, from 1 to 65535
   * @param protocol TCP, UDP, or both
   * @return true if it can be bound; false if a socket has it, or if this user may not bind it
   * @throws IllegalArgumentException if {@code port} is not a port number
   */
  public static boolean isFree(int port, Protocol protocol) {
    requirePort(port);
    return refusal(port, protocol) == null;
  }

  /**
   * Returns whether a socket has a port, on any address. This method binds the port as {@link
   * #isFree} does. If this user may not bind it, it reads the system's list of sockets (on Linux).
   *
   * @param port the port, from 1 to 65535
   * @param protocol TCP, UDP, or both
   * @return true if a socket has it, or if that cannot be found out; false if none has it
   * @throws IllegalArgumentException if {@code port} is not a port number
   */
  public static boolean isTaken(int port, Protocol protocol) {
    requirePort(port);
    IOException refusal = refusal(port, protocol);
    return refusal != null && isTaken(port, protocol, refusal);
  }

  private static @Nullable IOException refusal(int port, Protocol protocol) {
    try {
      Hold.anyExclusive(protocol, null, port).close();
      return null;
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot bind port " + port, e);
      return e;
    }
  }

  private static boolean isTaken(int port, Protocol protocol, IOException refusal) {
    if (!SocketError.NOT_PERMITTED.isIn(refusal)) {
      return true;
    }
    try {
      return !SocketTable.entries(protocol, port).isEmpty();
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot read the list of sockets", e);
      return true;
    }
  }

  /**
   * Returns the occupants of the port, for TCP and for UDP. A container can be there twice: as a
   * container, and as the process with which its engine publishes the port.
   *
   * @return the occupants, the most informative kind first; empty if there are none, or none that
   *     can be seen
   */
  public List<PortOccupant> occupants() {
    return found.occupants();
  }

  /**
   * Returns the diagnosis as text: who has the port, that it is free, or why that is not known.
   *
   * @return whole sentences, for a message
   */
  public String describe() {
    List<String> sentences = new ArrayList<>();
    if (!occupants().isEmpty()) {
      sentences.add(
          "Port "
              + port
              + " is taken by "
              + occupants().stream()
                  .map(PortOccupant::describe)
                  .collect(Collectors.joining("; and by "))
              + ".");
    } else if (unexplained == null) {
      sentences.add(
          "Port "
              + port
              + " is free now."
              + (forbidden ? " The system does not let this user bind it." : ""));
    }
    if (unexplained != null) {
      sentences.add(
          "Port "
              + port
              + " cannot be bound for "
              + unexplained
              + ", and who has it cannot be told.");
      sentences.addAll(reasons());
    }
    return String.join(" ", sentences);
  }

  private List<String> reasons() {
    List<String> reasons = new ArrayList<>();
    reasons.add(
        "The system does not list a socket that is bound without listening, as another user's FreePort hold is, nor one of another network"
            + " namespace; another user's may take that user's rights, or root's, to be seen.");
    if (port < WellKnownPorts.FIRST_UNPRIVILEGED) {
      reasons.add(
          "Nor may everybody bind a port below "
              + WellKnownPorts.FIRST_UNPRIVILEGED
              + ", free or not.");
    }
    if (!ProcFs.hasSocketTable() && !isOshiThere()) {
      reasons.add(
          "To be told which process it is, add com.github.oshi:oshi-core to the test class path.");
    }
    found.failures().forEach(failure -> reasons.add(failure + "."));
    return reasons;
  }
}
