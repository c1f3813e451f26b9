package io.freeport.plan;

/**
 * What happens when a service asks for a preferred port of another service in the plan. A service
 * of higher priority never has to give way to one of lower priority.
 *
 * @since 0.1.0
 */
public enum ConflictStrategy {
  /**
   * The asking service takes another port. Only if it would find none in its lists and ranges, the
   * other one is moved, if that is not in use yet.
   */
  MINIMAL,
  /**
   * The asking service gets the port, and the other one moves. If that is in use, listeners are
   * told that it must move; if it then still is, the request fails.
   */
  AGGRESSIVE,
  /** Nothing is ever moved: the asking service takes another port, or fails. */
  CONSERVATIVE
}
