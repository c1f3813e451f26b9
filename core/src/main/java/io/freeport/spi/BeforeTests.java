package io.freeport.spi;

/**
 * A preparation that runs once in a JVM, before its first test. Found by {@link
 * java.util.ServiceLoader}; the JUnit module runs it.
 *
 * @since 0.1.0
 */
public interface BeforeTests {

  /**
   * Prepares the tests. Called in the thread that starts the first test plan with tests; they wait
   * until it returns. What they need not wait for goes on in a daemon thread. If it throws an
   * exception, that is logged, and the other preparations and the tests run.
   *
   * @param parameters JUnit's configuration parameters, which take precedence over other settings
   * @throws IllegalArgumentException if a setting is invalid
   */
  void run(SettingsSource parameters);

  /**
   * Gives what goes on beside the tests a moment to come to its end. Called when all tests of a
   * launcher session have ended, before the summary; the JVM may end after it.
   */
  default void finish() {}

  /**
   * Returns what is prepared, for messages.
   *
   * @return a noun phrase, such as {@code the removal of old containers}
   */
  String description();

  /**
   * Returns what to do if the preparation fails, for messages.
   *
   * @return a sentence, such as {@code To switch it off, set freeport.reaper=off.}
   */
  String remedy();
}
