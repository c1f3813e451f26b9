package io.freeport.junit5.internal;

import io.freeport.spi.BeforeTests;
import io.freeport.spi.SettingsSource;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Runs each {@link BeforeTests} once in this JVM. Surefire starts a test plan for each class, and
 * some tools open several sessions: the first plan prepares, the others wait for it.
 */
final class BeforeFirstTest {

  private static final BeforeFirstTest OF_THIS_JVM = new BeforeFirstTest();

  private boolean done; // guarded by this
  private List<BeforeTests> begun = List.of(); // guarded by this

  private BeforeFirstTest() {}

  static void run(SettingsSource parameters) {
    OF_THIS_JVM.runOnce(parameters);
  }

  /** Gives those that go on beside the tests a moment to end. */
  static void finish() {
    OF_THIS_JVM.finishAll();
  }

  private synchronized void finishAll() {
    for (BeforeTests each : begun) {
      each.finish();
    }
  }

  private synchronized void runOnce(SettingsSource parameters) {
    if (!done) {
      done = true;
      UnreadPlan.check();
      begun =
          runAll(
              ServiceLoader.load(BeforeTests.class, BeforeTests.class.getClassLoader()).iterator(),
              parameters);
    }
  }

  /**
   * Runs them all, and returns them: one that fails, or cannot be loaded, does not keep the others
   * from running.
   */
  static List<BeforeTests> runAll(Iterator<BeforeTests> preparations, SettingsSource parameters) {
    List<BeforeTests> begun = new ArrayList<>();
    while (preparations.hasNext()) {
      try {
        BeforeTests next = preparations.next();
        begun.add(next);
        run(next, parameters);
      } catch (ServiceConfigurationError | LinkageError e) {
        Summary.logger()
            .log(
                Level.WARNING,
                "Cannot load something that is to run before the tests; they start without it. Check the test class path: the"
                    + " modules of FreePort must have one version, and all their dependencies.",
                e);
      }
    }
    return begun;
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
