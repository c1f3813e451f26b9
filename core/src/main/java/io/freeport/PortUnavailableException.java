package io.freeport;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a port cannot be had: because all are taken, or because the operating system refuses
 * another socket.
 *
 * @since 0.1.0
 */
public class PortUnavailableException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  PortUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
