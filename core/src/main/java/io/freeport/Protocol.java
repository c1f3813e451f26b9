package io.freeport;

/**
 * The transport protocols that a port is held for. The ports of TCP and those of UDP are apart from
 * each other: whoever has one of them need not have the other of the same number.
 *
 * @since 0.1.0
 */
public enum Protocol {

  /** TCP alone. */
  TCP,

  /** UDP alone. */
  UDP,

  /** The same number for both, as DNS servers need it. */
  TCP_AND_UDP
}
