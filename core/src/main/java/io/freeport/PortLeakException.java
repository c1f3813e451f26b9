package io.freeport;

import java.io.Serial;

/**
 * Thrown by a release, where {@link LeakPolicy#FAIL} is configured, if the port's consumer still
 * listens.
 *
 * @since 0.1.0
 */
public class PortLeakException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  PortLeakException(String message) {
    super(message);
  }
}
