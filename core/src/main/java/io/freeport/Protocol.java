package io.freeport;

/**
 * The protocols that a port is used for.
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

  /**
   * Returns whether TCP is used.
   *
   * @return true for {@link #TCP} and {@link #TCP_AND_UDP}
   */
  public boolean hasTcp() {
    return this != UDP;
  }

  /**
   * Returns whether UDP is used.
   *
   * @return true for {@link #UDP} and {@link #TCP_AND_UDP}
   */
  public boolean hasUdp() {
    return this != TCP;
  }
}
