package io.freeport.plan;

import io.freeport.PortTier;

/**
 * How the port of a service was found.
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
  /** Any port, because none of the above is free or none is given. */
  ANY,
  /** The port of the service that it inherits from. */
  INHERITED,
  /** A preferred port on which the service runs already, according to its health check. */
  DETECTED;

  static AssignmentTier of(PortTier tier) {
    return switch (tier) {
      case PREFERRED -> PREFERRED;
      case FALLBACK -> FALLBACK;
      case RANGE -> RANGE;
      case ANY -> ANY;
    };
  }
}
