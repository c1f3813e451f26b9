package io.freeport;

/**
 * How an offered TCP port passes from its hold to its consumer.
 *
 * @since 0.1.0
 */
public enum HandoffMode {

  /**
   * The consumer binds while the hold is still there, so there is no moment at which the port is
   * nobody's. Works where a socket with {@code SO_REUSEADDR} can listen on a port to which another
   * such socket is bound, as on Linux, and for consumers that set the option.
   */
  SHARED,

  /**
   * As {@link #SHARED}, and open to consumers that set {@code SO_REUSEPORT} alone, as servers with
   * several processes do. Ask for it only if a consumer needs it: another program of the same user
   * that sets this option and uses this number gets a share of the connections. {@link
   * HeldPort#confirm()} fails if it sees that. Where the system does not have the option, this is
   * {@link #CLOSE_THEN_BIND}.
   */
  REUSE_PORT,

  /**
   * The hold is closed when the port is offered, and the consumer binds afterwards. Between the two
   * somebody else may take the port: whether the consumer has it is confirmed, and {@link
   * PortAllocator#startOn} tries again with another number. UDP ports are always handed over in
   * this way.
   */
  CLOSE_THEN_BIND
}
