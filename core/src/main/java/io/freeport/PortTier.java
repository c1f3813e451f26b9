package io.freeport;

/**
 * The tiers of a {@link PortRequest}, in the order in which they are tried.
 *
 * @since 0.1.0
 */
public enum PortTier {
  /** One of the preferred ports. */
  PREFERRED,
  /** One of the fallback list. */
  FALLBACK,
  /** From the ranges of the request; without ranges, near a preferred port. */
  RANGE,
  /** Any port that the kernel and well-known services leave alone. */
  ANY
}
