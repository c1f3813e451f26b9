package io.freeport;

import java.io.IOException;
import java.io.Serial;
import java.util.List;

/**
 * Thrown when a port cannot be had: because all are taken, or because the operating system refuses
 * another socket.
 *
 * @since 0.1.0
 */
public class PortUnavailableException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  /** An array, because not every list can be serialized. */
  private final Integer[] portsInUse;

  /**
   * Creates an exception, for modules that get ports in their own way.
   *
   * @param message what was requested, and what to do
   * @param cause why the operating system gave no socket
   */
  public PortUnavailableException(String message, IOException cause) {
    super(message, cause);
    this.portsInUse = new Integer[0];
  }

  /**
   * Creates an exception, for modules that get ports in their own way.
   *
   * @param message what was requested, who has the ports, and what to do
   * @param portsInUse the first few numbers that somebody else has
   */
  public PortUnavailableException(String message, List<Integer> portsInUse) {
    super(message);
    this.portsInUse = portsInUse.toArray(Integer[]::new);
  }

  /**
   * Returns the numbers that somebody else had.
   *
   * @return the first few; empty if there is another reason
   */
  public List<Integer> portsInUse() {
    return List.of(portsInUse);
  }
}
