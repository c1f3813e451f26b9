package io.freeport.plan;

import io.freeport.PortRange;
import io.freeport.Protocol;
import io.freeport.plan.health.HealthCheck;
import io.freeport.plan.health.ServiceHealth;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A service as a plan defines it. Lists keep the order of the file.
 *
 * @param name the name of the service
 * @param preferred the ports to try first
 * @param fallback the ports to try next
 * @param ranges the ranges to search after that
 * @param priority the order in which services get their ports
 * @param requires what the port is for; the first gives the scheme of the URL
 * @param conflicts the services whose preferred ports this one leaves to them, and with which it
 *     never shares a number, not even for another protocol
 * @param inherit the service whose port this one shares
 * @param container the port on which the service listens in a container
 * @param autoFallback whether the service may get another port than a preferred one
 * @param detect whether to adopt a preferred port on which the service runs already
 * @param scope who shares the port
 * @param health how to check that the service runs
 * @since 0.1.0
 */
public record PortService(
    String name,
    List<Integer> preferred,
    List<Integer> fallback,
    List<PortRange> ranges,
    Priority priority,
    List<Requirement> requires,
    List<String> conflicts,
    Optional<String> inherit,
    OptionalInt container,
    boolean autoFallback,
    boolean detect,
    Scope scope,
    Optional<ServiceHealth> health) {

  /** Who shares a port. */
  public enum Scope {
    /** Each {@link PortAssignments} has another port. */
    ASSIGNMENT,
    /**
     * All JVMs of the build share the port, and each holds it until the JVM ends; see {@link
     * io.freeport.build.BuildPorts}.
     */
    BUILD
  }

  /**
   * The order in which services get their ports; a service may displace its equals and those below.
   */
  public enum Priority {
    /** Served first. */
    HIGH,
    /** As most are. */
    NORMAL,
    /** Served last. */
    LOW
  }

  /** What a port can be for. */
  public enum Requirement {
    /** HTTP, over TCP. */
    HTTP("http"),
    /** HTTP over TLS. */
    HTTPS("https"),
    /** WebSocket, over TCP. */
    WEBSOCKET("ws"),
    /** Any other protocol over TCP. */
    TCP("tcp"),
    /** Any protocol over UDP. */
    UDP("udp");

    private final String scheme;

    Requirement(String scheme) {
      this.scheme = scheme;
    }
  }

  /**
   * Copies the lists.
   *
   * @param name as above
   * @param preferred as above
   * @param fallback as above
   * @param ranges as above
   * @param priority as above
   * @param requires as above
   * @param conflicts as above
   * @param inherit as above
   * @param container as above
   * @param autoFallback as above
   * @param detect as above
   * @param scope as above
   * @param health as above
   */
  public PortService {
    preferred = List.copyOf(preferred);
    fallback = List.copyOf(fallback);
    ranges = List.copyOf(ranges);
    requires = List.copyOf(requires);
    conflicts = List.copyOf(conflicts);
  }

  /**
   * Returns the protocol that the port is held for.
   *
   * @return UDP, or both, if that is required; else TCP
   */
  public Protocol protocol() {
    if (!requires.contains(Requirement.UDP)) {
      return Protocol.TCP;
    }
    return requires.size() == 1 ? Protocol.UDP : Protocol.TCP_AND_UDP;
  }

  /**
   * Returns the address at which clients of this host find the service.
   *
   * @param port its port
   * @return for example {@code http://localhost:3000}; empty if the service requires nothing
   */
  public Optional<String> url(int port) {
    return requires.stream().findFirst().map(first -> first.scheme + "://localhost:" + port);
  }

  /** Returns the defined check, or one for a listener on the port. */
  HealthCheck healthCheck(int port, Duration timeout) {
    return health
        .orElse(protocol() == Protocol.UDP ? ServiceHealth.LISTENING : ServiceHealth.TCP)
        .at(port, timeout);
  }
}
