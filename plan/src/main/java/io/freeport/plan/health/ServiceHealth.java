package io.freeport.plan.health;

import java.net.URI;
import java.time.Duration;

/**
 * How to tell that a service runs, whatever its port.
 *
 * @param kind what is looked at
 * @param path for {@link Kind#HTTP}, what is asked for; else empty
 * @param status for {@link Kind#HTTP}, the status that a healthy service answers; else 0
 * @since 0.1.0
 */
public record ServiceHealth(Kind kind, String path, int status) {

  public static final ServiceHealth TCP = new ServiceHealth(Kind.TCP, "", 0);
  public static final ServiceHealth LISTENING = new ServiceHealth(Kind.LISTENING, "", 0);

  /** What can be looked at. */
  public enum Kind {
    /** Whether somebody listens; nobody is connected to. */
    LISTENING,
    /** Whether a connection is accepted. */
    TCP,
    /** Whether a GET is answered as expected. */
    HTTP
  }

  /**
   * Returns the check for a port of this host.
   *
   * @param port the port
   * @param timeout how long the service has for its answer
   * @return the check
   */
  public HealthCheck at(int port, Duration timeout) {
    return switch (kind) {
      case LISTENING -> HealthCheck.listening(port);
      case TCP -> HealthCheck.tcp(port, timeout);
      case HTTP -> HealthCheck.http(URI.create("http://localhost:" + port + path), status, timeout);
    };
  }
}
