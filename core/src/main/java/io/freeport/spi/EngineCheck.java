package io.freeport.spi;

/**
 * Tells whether a container engine answers. Found by {@link java.util.ServiceLoader}; the JUnit
 * module asks it for tests that need an engine.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EngineCheck {

  /**
   * Returns if an engine answers. Waits for a limited time.
   *
   * @throws IllegalStateException if no engine answers; the message says why
   */
  void requireAnswer();
}
