package io.freeport;

import java.time.Duration;

/**
 * Something that happened to a port.
 *
 * @param type what happened
 * @param port the port's number; 0 for {@link Type#EXHAUSTED}
 * @param name the name that it was asked for with; may be empty
 * @param usedBy who asked for it; may be empty
 * @param age how long it has been held; zero for {@link Type#HELD} and {@link Type#EXHAUSTED}
 * @since 0.1.0
 */
public record PortEvent(Type type, int port, String name, String usedBy, Duration age) {

  /** What can happen to a port. */
  public enum Type {
    /** It was allocated. */
    HELD,
    /** It was opened to its consumer. */
    OFFERED,
    /** Its consumer listens on it. */
    TAKEN,
    /** It was held again after its consumer had stopped. */
    RECLAIMED,
    /** It was released. */
    RELEASED,
    /** Somebody else had it when its consumer was started or when it was to be held again. */
    STOLEN,
    /** Its consumer still listened when it was released. */
    LEAKED,
    /** No port could be had for a request. */
    EXHAUSTED
  }
}
