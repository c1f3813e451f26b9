package io.freeport.plan.health;

import java.net.URI;
import java.time.Duration;

/**
 * Looks whether something is as it should be. A check takes as long as its timeout at most, and
 * tells of failures by its result.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface HealthCheck {

  /**
   * Looks once.
   *
   * @return what was found
   */
  Health check();

  /**
   * Returns a check that nobody has a TCP port. It binds the port for a moment.
   *
   * @param port the port of this host
   * @return the check
   */
  static HealthCheck free(int port) {
    return () -> PortProbe.free(port);
  }

  /**
   * Returns a check that somebody listens on a port, for TCP or UDP. Where the system says which
   * ports are listened on (Linux), nobody is connected to.
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
   * Returns a check that a GET is answered with a status. Redirects are not followed. By {@code
   * http://localhost}, 127.0.0.1 is asked and, if it cannot be connected to, ::1.
   *
   * @param uri what is asked for
   * @param status the status of a healthy service
   * @param timeout how long to wait for the answer
   * @return the check
   */
  static HealthCheck http(URI uri, int status, Duration timeout) {
    return () -> HttpProbe.answers(uri, status, timeout);
  }
}
