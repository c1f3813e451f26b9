package io.freeport.plan;

import io.freeport.PortTier;

/**
 * Where the port of a service came from.
 *
 * @since 0.1.0
 */
public enum AssignmentTier {
  /** One of its preferred ports. */
  PREFERRED,
  /** One of its fallback ports. */
  FALLBACK,
  /** From its ranges; without ranges, near a preferred port. */
  RANGE,
  /** Any port, since none of the above could be had or there are none. */
  EMERGENCY,
  /** The port of the service that it inherits from. */
  INHERITED,
  /** A preferred port on which the service runs already, as its health check says. */
  DETECTED;

  static AssignmentTier of(PortTier tier) {
    return switch (tier) {
      case PREFERRED -> PREFERRED;
      case FALLBACK -> FALLBACK;
      case RANGE -> RANGE;
      case ANY -> EMERGENCY;
    };
  }
}
