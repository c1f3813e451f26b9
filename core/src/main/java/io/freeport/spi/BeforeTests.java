package io.freeport.spi;

/**
 * Something to do once in a JVM, before its first test. Found by {@link java.util.ServiceLoader};
 * the JUnit module calls it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface BeforeTests {

  /**
   * Called in the thread that starts the first test plan with tests. The tests wait until it
   * returns. An exception is logged, and the tests run.
   *
   * @param parameters JUnit's configuration parameters, which take precedence over other settings
   * @throws IllegalArgumentException if a setting is invalid
   */
  void run(SettingsSource parameters);
}
