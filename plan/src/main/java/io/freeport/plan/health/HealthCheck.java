package io.freeport.plan.health;

import java.net.URI;
import java.time.Duration;

/**
 * Checks one thing. A check takes at most its timeout, and reports a failure as its result.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface HealthCheck {

  /**
   * Checks once.
   *
   * @return the result
   */
  Health check();

  /**
   * Returns a check that a TCP port is free. It binds the port for a moment.
   *
   * @param port the port of this host
   * @return the check
   */
  static HealthCheck free(int port) {
    return () -> PortProbe.free(port);
  }

  /**
   * Returns a check that a process listens on a port, for TCP or UDP. On Linux it reads the tables
   * of the kernel and makes no connection.
   *
   * @param port the port of this host
   * @return the check
   */
  static HealthCheck listening(int port) {
    return () -> PortProbe.listening(port);
  }

  /**
   * Returns a check that a TCP connection to this host is accepted.
   *
   * @param port the port
   * @param timeout how long to wait for it
   * @return the check
   */
  static HealthCheck tcp(int port, Duration timeout) {
    return () -> PortProbe.accepts(port, timeout);
  }

  /**
   * Returns a check that a GET is answered with a status. The status is enough: the body is not
   * read, so a stream of events counts, too. Redirects are not followed. By {@code
   * http://localhost}, 127.0.0.1 is asked and, if it cannot be connected to, ::1.
   *
   * @param uri what is asked for
   * @param status the status of a healthy service
   * @param timeout how long to wait for the status
   * @return the check
   */
  static HealthCheck http(URI uri, int status, Duration timeout) {
    return () -> HttpProbe.answers(uri, status, timeout);
  }
}
