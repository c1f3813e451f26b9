package io.freeport;

/**
 * What a port is to be used for.
 *
 * @since 0.1.0
 */
public enum Protocol {
  /** A TCP port. */
  TCP,
  /** A UDP port. */
  UDP,
  /** One number for both, as DNS servers and many games need it. */
  TCP_AND_UDP;

  public boolean hasTcp() {
    return this != UDP;
  }

  public boolean hasUdp() {
    return this != TCP;
  }
}
