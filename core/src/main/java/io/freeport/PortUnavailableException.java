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

  /** Which numbers somebody else had, the first few. An array, since a list need not serialize. */
  private final Integer[] portsInUse;

  public PortUnavailableException(String message, IOException cause) {
    super(message, cause);
    this.portsInUse = new Integer[0];
  }

  public PortUnavailableException(String message, List<Integer> portsInUse) {
    super(message);
    this.portsInUse = portsInUse.toArray(Integer[]::new);
  }

  /**
   * Returns which numbers could not be had since somebody else had them at that moment.
   *
   * @return the first few; empty if there is another reason
   */
  public List<Integer> portsInUse() {
    return List.of(portsInUse);
  }
}
