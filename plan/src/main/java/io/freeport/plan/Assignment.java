package io.freeport.plan;

import io.freeport.HeldPort;
import java.util.Optional;

/**
 * The port of a service.
 *
 * @param service the service
 * @param port its number
 * @param tier where it came from
 * @param held the hold, which an inherited port shares with the service that it is inherited from;
 *     empty for a {@linkplain AssignmentTier#DETECTED detected} port, which FreePort does not hold
 * @since 0.1.0
 */
public record Assignment(
    PortService service, int port, AssignmentTier tier, Optional<HeldPort> held) {

  /**
   * Returns the port's number.
   *
   * @return the present number, if its hold was {@linkplain io.freeport.spi.PortHandover#exchange()
   *     exchanged}
   */
  @Override
  public int port() {
    return held.map(HeldPort::number).orElse(port);
  }

  String name() {
    return service.name();
  }
}
