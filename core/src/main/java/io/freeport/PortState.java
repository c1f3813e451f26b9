package io.freeport;

/**
 * The stations of a {@link HeldPort}'s life, in their order.
 *
 * @since 0.1.0
 */
public enum PortState {

  /** Bound by FreePort alone: every other attempt to bind the port fails. */
  HELD,

  /**
   * Still bound by FreePort, and open to a consumer that binds it with {@code SO_REUSEADDR}, as
   * servers do. The kernel gives it to nobody who asks for any port.
   */
  OFFERED,

  /** The consumer listens on the port, and FreePort has let go of it. */
  TAKEN,

  /** FreePort has nothing more to do with the port. */
  RELEASED
}
