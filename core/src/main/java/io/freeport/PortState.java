package io.freeport;

/**
 * The states of a {@link HeldPort}, in the order of its life.
 *
 * @since 0.1.0
 */
public enum PortState {

  /** Bound by FreePort alone: every other attempt to bind the port fails. */
  HELD,

  /**
   * Still bound by FreePort, and open to a consumer that binds this number with {@code
   * SO_REUSEADDR}, as servers do. The kernel gives it to nobody who asks for any port.
   */
  OFFERED,

  /** The consumer listens on the port, and FreePort has let go of it. */
  TAKEN,

  /** Released: FreePort has given up the port. */
  RELEASED
}
