package io.freeport.plan.health;

import java.net.URI;
import java.time.Duration;

/**
 * How to check that a service runs, independent of the port.
 *
 * @param kind what is checked
 * @param path for {@link Kind#HTTP}, the path of the request; else empty
 * @param status for {@link Kind#HTTP}, the status that a healthy service answers; else 0
 * @since 0.1.0
 */
public record ServiceHealth(Kind kind, String path, int status) {

  /** The service accepts TCP connections. */
  public static final ServiceHealth TCP = new ServiceHealth(Kind.TCP, "", 0);

  /** A process listens on the port. */
  public static final ServiceHealth LISTENING = new ServiceHealth(Kind.LISTENING, "", 0);

  /** What is checked. */
  public enum Kind {
    /** Whether a process listens on the port. The check makes no connection. */
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
   * @param timeout how long to wait for an answer
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
