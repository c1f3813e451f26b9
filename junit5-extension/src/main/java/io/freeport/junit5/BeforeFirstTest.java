package io.freeport.junit5;

import io.freeport.spi.BeforeTests;
import io.freeport.spi.SettingsSource;
import java.lang.System.Logger.Level;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Runs each {@link BeforeTests} once in this JVM. Surefire starts a test plan for each class, and
 * some tools open several sessions: only the first plan counts, and the others wait for it.
 */
final class BeforeFirstTest {

  private static final BeforeFirstTest OF_THIS_JVM = new BeforeFirstTest();

  private boolean done; // guarded by this

  private BeforeFirstTest() {}

  static void run(SettingsSource parameters) {
    OF_THIS_JVM.runOnce(parameters);
  }

  private synchronized void runOnce(SettingsSource parameters) {
    if (done) {
      return;
    }
    done = true;
    try {
      for (BeforeTests task :
          ServiceLoader.load(BeforeTests.class, BeforeTests.class.getClassLoader())) {
        task.run(parameters);
      }
    } catch (IllegalArgumentException invalidSetting) {
      Summary.logger().log(Level.ERROR, invalidSetting.getMessage());
    } catch (RuntimeException | ServiceConfigurationError | LinkageError e) {
      Summary.logger().log(Level.WARNING, "The tests start without all preparations", e);
    }
  }
}
