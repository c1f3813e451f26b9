package io.freeport.junit5;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Releases the ports of a launcher session when it ends, and sums up what happened to its ports.
 * JUnit finds it by itself; there is nothing to call.
 *
 * <p>Every JVM that has FreePort on its class path pays for this, whether it uses ports or not. So
 * nothing is loaded here, nor in what this calls, before it is needed: loggers, streams and lambdas
 * take longer than the rest together.
 *
 * @since 0.1.0
 */
public final class FreePortSessionListener implements LauncherSessionListener {

  private @Nullable Summary summary;

  /** Creates the listener, for {@link java.util.ServiceLoader}. */
  public FreePortSessionListener() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    if (Session.ofThisJvm().open()) {
      summary = new Summary();
    }
    session
        .getLauncher()
        .registerTestExecutionListeners(
            new TestExecutionListener() {
              @Override
              public void testPlanExecutionStarted(TestPlan plan) {
                started(plan);
              }
            });
  }

  /**
   * Surefire opens a session in Maven's own JVM too, in which no test ever runs: there is nothing
   * to sum up then.
   */
  private void started(TestPlan plan) {
    Summary its = summary;
    if (its != null) { // else this is a session within another one
      Session.ofThisJvm().parameters(JUnitSettings.of(plan));
      if (plan.containsTests()) {
        its.testsRun();
      }
    }
    if (plan.containsTests()) {
      BeforeFirstTest.run(JUnitSettings.of(plan));
    }
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    try {
      Session.ofThisJvm().close();
    } catch (RuntimeException leaked) {
      // The tests have ended, so there is none left that could fail.
      Logger logger = Summary.logger();
      logger.log(Level.ERROR, leaked.getMessage());
      for (Throwable further : leaked.getSuppressed()) {
        logger.log(Level.ERROR, further.getMessage());
      }
    }
    Summary its = summary;
    if (its != null) {
      its.print();
    }
  }
}
