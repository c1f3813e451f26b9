package io.freeport.spi;

/**
 * Checks whether a container engine answers. Found by {@link java.util.ServiceLoader}; the JUnit
 * module uses it for tests that need an engine.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EngineCheck {

  /**
   * Returns normally if an engine answers within a limited time.
   *
   * @throws IllegalStateException if no engine answers; the message says why
   */
  void requireAnswer();
}
