package io.freeport.junit5.internal;

import io.freeport.spi.BeforeTests;
import io.freeport.spi.SettingsSource;
import java.lang.System.Logger.Level;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Runs each {@link BeforeTests} once in this JVM. Surefire starts a test plan for each class, and
 * some tools open several sessions: the first plan prepares, the others wait for it.
 */
final class BeforeFirstTest {

  private static final BeforeFirstTest OF_THIS_JVM = new BeforeFirstTest();

  private boolean done; // guarded by this

  private BeforeFirstTest() {}

  static void run(SettingsSource parameters) {
    OF_THIS_JVM.runOnce(parameters);
  }

  private synchronized void runOnce(SettingsSource parameters) {
    if (!done) {
      done = true;
      UnreadPlan.check();
      runAll(
          ServiceLoader.load(BeforeTests.class, BeforeTests.class.getClassLoader()).iterator(),
          parameters);
    }
  }

  /** Runs them all: one that fails, or cannot be loaded, does not keep the others from running. */
  static void runAll(Iterator<BeforeTests> preparations, SettingsSource parameters) {
    while (preparations.hasNext()) {
      try {
        run(preparations.next(), parameters);
      } catch (ServiceConfigurationError | LinkageError e) {
        Summary.logger()
            .log(
                Level.WARNING,
                "Cannot load something that is to run before the tests; they start without it. Check the test class path: the"
                    + " modules of FreePort must have one version, and all their dependencies.",
                e);
      }
    }
  }

  private static void run(BeforeTests preparation, SettingsSource parameters) {
    try {
      preparation.run(parameters);
    } catch (IllegalArgumentException invalidSetting) {
      Summary.logger()
          .log(
              Level.ERROR,
              "The tests start without "
                  + preparation.description()
                  + ". "
                  + invalidSetting.getMessage());
    } catch (RuntimeException | LinkageError e) {
      Summary.logger()
          .log(
              Level.WARNING,
              "The tests start without "
                  + preparation.description()
                  + ", which failed. "
                  + preparation.remedy(),
              e);
    }
  }
}
