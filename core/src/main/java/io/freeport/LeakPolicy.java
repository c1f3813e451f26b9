package io.freeport;

/**
 * What happens when a consumer still listens on a TCP port that is released.
 *
 * @since 0.1.0
 */
public enum LeakPolicy {
  /** Nothing: leaks are not looked for. */
  IGNORE,
  /** A warning is logged. */
  WARN,
  /** The release throws {@link PortLeakException}, after everything is released. */
  FAIL
}
