package io.freeport.internal.owner;

import io.freeport.PortState;
import io.freeport.Protocol;
import java.time.Instant;

/**
 * A port that a JVM has on record.
 *
 * @param port the number, from 1 to 65535
 * @param protocol what it is held for
 * @param state the current state
 * @param since when it was held first
 * @param name what it is for, as it was asked for; empty if it has no name. Long names are cut
 * @param usedBy who asked for it, such as a test; empty if that is not known. Cut like the name
 * @since 0.1.0
 */
public record RecordedHold(
    int port, Protocol protocol, PortState state, Instant since, String name, String usedBy) {

  /**
   * Returns whether the owner still holds the port: it has neither handed it over nor released it.
   */
  public boolean isHeld() {
    return state.compareTo(PortState.TAKEN) < 0;
  }
}
