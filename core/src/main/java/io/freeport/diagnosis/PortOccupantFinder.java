package io.freeport.diagnosis;

import java.util.List;

/**
 * Finds one kind of occupant. {@link PortDiagnosis} loads the implementations with {@link
 * java.util.ServiceLoader}, so each needs a public constructor without parameters.
 *
 * <p>A finder is called only after a failure, in a daemon thread, and waited for a few seconds at
 * most. An exception counts as no answer.
 *
 * @since 0.1.0
 */
public interface PortOccupantFinder {

  /**
   * Finds the occupants of a port, for TCP and for UDP.
   *
   * @param port the port, from 1 to 65535
   * @return those that certainly have it; empty if there are none or none can be seen
   */
  List<PortOccupant> find(int port);
}
