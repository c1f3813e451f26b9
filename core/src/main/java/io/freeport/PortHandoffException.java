package io.freeport;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a port was offered and its consumer did not get it in time.
 *
 * @since 0.1.0
 */
public class PortHandoffException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  PortHandoffException(String message) {
    super(message);
  }

  /**
   * Creates an exception, for modules that hand ports over to consumers of their kind.
   *
   * @param message which port, to whom it was offered, and what happened
   * @param cause why it did not pass
   */
  public PortHandoffException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
