package io.freeport.plan;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a service cannot have the port that it asks for, because of another one or because no
 * port is left for it.
 *
 * @since 0.1.0
 */
public class PortConflictException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  PortConflictException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
