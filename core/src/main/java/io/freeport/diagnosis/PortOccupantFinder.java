package io.freeport.diagnosis;

import java.util.List;

/**
 * Knows of one kind of occupant. {@link PortDiagnosis} finds the implementations by {@link
 * java.util.ServiceLoader}, so each needs a public constructor without parameters.
 *
 * <p>It is only asked when something has failed already, in a daemon thread of its own, and for a
 * few seconds at most. If it throws, it is passed over.
 *
 * @since 0.1.0
 */
public interface PortOccupantFinder {

  /**
   * Finds who has a port, for TCP or for UDP.
   *
   * @param port the port, from 1 to 65535
   * @return those that certainly have it; empty if there are none or none can be seen
   */
  List<PortOccupant> find(int port);
}
