package io.freeport.diagnosis;

import io.freeport.PortRange;
import io.freeport.Protocol;
import io.freeport.diagnosis.OccupantSearch.Source;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.os.WellKnownPorts;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * Tells who has a port: a process, a container.
 *
 * <p>It is meant for the message of a failure, so it takes its time (a second, three at most) and
 * never throws because something cannot be found out. Processes are told by <a
 * href="https://github.com/oshi/oshi">OSHI</a>, if {@code com.github.oshi:oshi-core} is on the
 * class path; containers if {@code freeport-testcontainers} is.
 *
 * @since 0.1.0
 */
public final class PortDiagnosis {

  private static final Logger LOGGER = System.getLogger(PortDiagnosis.class.getName());

  /** For all finders together. */
  public static final Duration TIME_LIMIT = Duration.ofSeconds(3);

  private final int port;
  private final Protocol protocol;
  private final OccupantSearch.Result found;
  private final boolean unexplained;
  private final boolean forbidden;

  private PortDiagnosis(int port, Protocol protocol, OccupantSearch.Result found) {
    this.port = port;
    this.protocol = protocol;
    this.found = found;
    boolean nobodyIsSeen =
        found.occupants().stream().noneMatch(occupant -> occupant.hasTcp() == protocol.hasTcp());
    this.unexplained = nobodyIsSeen && isTaken(port, protocol);
    this.forbidden = nobodyIsSeen && !unexplained && !isFree(port, protocol);
  }

  /**
   * Finds out who has a port now.
   *
   * @param port the port, from 1 to 65535
   * @return what could be found out
   * @throws IllegalArgumentException if {@code port} is not a port number
   */
  public static PortDiagnosis of(int port) {
    return of(port, Protocol.TCP);
  }

  /**
   * Finds out who has a port now, for a protocol.
   *
   * @param port the port, from 1 to 65535
   * @param protocol the protocol for which it is said whether the port is free; for both, TCP
   * @return what could be found out
   * @throws IllegalArgumentException if {@code port} is not a port number
   */
  public static PortDiagnosis of(int port, Protocol protocol) {
    return of(port, protocol, TIME_LIMIT);
  }

  /**
   * Finds out who has a port now, for a protocol, and takes its time.
   *
   * @param port the port, from 1 to 65535
   * @param protocol the protocol for which it is said whether the port is free; for both, TCP
   * @param limit how long to wait for an engine or a system that is slow to answer
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

  /** All that is asked: our own sources, then those of other modules. */
  static List<Source> sources() {
    List<Source> sources = new ArrayList<>();
    sources.add(new Source("FreePort", HoldFinder::find));
    if (isOshiThere()) {
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
   * Returns whether a port can be bound now, on all addresses. The kernel is asked by a bind that
   * is undone at once; by the time of the answer somebody may have taken the port, unless it is
   * held.
   *
   * @param port the port, from 1 to 65535
   * @param protocol for TCP, UDP or both
   * @return false also if this user may not bind it
   * @throws IllegalArgumentException if {@code port} is not a port number
   */
  public static boolean isFree(int port, Protocol protocol) {
    requirePort(port);
    try {
      Hold.exclusive(protocol, null, port).close();
      return true;
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot bind port " + port, e);
      return false;
    }
  }

  /**
   * Returns whether somebody has a port now. That is asked as {@link #isFree} asks; if this user
   * may not bind the port, free or not, the system's list of sockets is, where it has one.
   *
   * @param port the port, from 1 to 65535
   * @param protocol for TCP, UDP or both
   * @return false if nobody has it; true also if that cannot be told
   * @throws IllegalArgumentException if {@code port} is not a port number
   */
  public static boolean isTaken(int port, Protocol protocol) {
    requirePort(port);
    try {
      Hold.exclusive(protocol, null, port).close();
      return false;
    } catch (IOException e) {
      return !String.valueOf(e.getMessage()).contains("Permission denied")
          || isListed(port, protocol);
    }
  }

  private static boolean isListed(int port, Protocol protocol) {
    try {
      return Hold.isListed(protocol, port);
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot read the list of sockets", e);
      return true;
    }
  }

  /**
   * Returns those who have the port, for TCP or for UDP. One and the same may be there twice: a
   * container, and the process by which its engine publishes the port.
   *
   * @return what tells most comes first; empty if nobody has the port, or nobody that can be seen
   */
  public List<PortOccupant> occupants() {
    return found.occupants();
  }

  /**
   * Returns who has the port, or why that is not known.
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
    } else if (!unexplained) {
      sentences.add(
          "Port "
              + port
              + " is free now."
              + (forbidden ? " The system does not let this user bind it." : ""));
    }
    if (unexplained) {
      sentences.add(
          "Port "
              + port
              + " cannot be bound for "
              + (protocol.hasTcp() ? "TCP" : "UDP")
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
    if (!isOshiThere()) {
      reasons.add(
          "To be told which process it is, add com.github.oshi:oshi-core to the test class path.");
    }
    found.failures().forEach(failure -> reasons.add(failure + "."));
    return reasons;
  }
}
