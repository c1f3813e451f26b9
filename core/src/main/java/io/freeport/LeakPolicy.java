package io.freeport;

/**
 * What happens when a consumer still listens on a TCP port half a second after its release.
 *
 * @since 0.1.0
 */
public enum LeakPolicy {
  /** Nothing: leaks are not looked for. */
  IGNORE,
  /** A warning is logged. The release does not wait for that. */
  WARN,
  /**
   * The release waits for the consumer to go, and else throws {@link PortLeakException}, after
   * everything is released. Ports that a thread releases one right after the other have one wait.
   */
  FAIL
}
