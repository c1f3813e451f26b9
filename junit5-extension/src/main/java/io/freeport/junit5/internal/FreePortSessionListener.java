package io.freeport.junit5.internal;

import io.freeport.internal.handoff.LateConsumers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Opens and closes the {@link Session}, and prints its summary. JUnit finds it by {@link
 * java.util.ServiceLoader}.
 *
 * <p>It runs in every JVM that has FreePort on its class path, with or without ports. So it loads
 * nothing before it is needed: loggers, streams and lambdas take longer than all the rest.
 */
public final class FreePortSessionListener
    implements LauncherSessionListener, TestExecutionListener {

  private @Nullable Summary summary;

  /** Creates the listener, for {@link java.util.ServiceLoader}. */
  public FreePortSessionListener() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    JUnitVersions.check();
    if (Session.ofThisJvm().open()) {
      summary = new Summary();
    }
    session.getLauncher().registerTestExecutionListeners(this);
  }

  /**
   * A plan may be without tests: Surefire opens a session in Maven's own JVM too, which has nothing
   * to prepare or to sum up.
   */
  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    JUnitParameters parameters = JUnitParameters.of(plan);
    Summary outermost = summary; // else this session is within another one
    if (outermost != null) {
      Session.ofThisJvm().start(parameters);
    }
    if (plan.containsTests()) {
      if (outermost != null) {
        outermost.testsRun();
      }
      BeforeFirstTest.run(parameters);
      OtherEngines.check(plan);
    }
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    try {
      Session.ofThisJvm().close();
    } catch (RuntimeException leaked) {
      // All tests have ended, so none is left that could fail.
      Logger logger = Summary.logger();
      logger.log(Level.ERROR, leaked.getMessage());
      for (Throwable further : leaked.getSuppressed()) {
        logger.log(Level.ERROR, further.getMessage());
      }
    }
    Summary outermost = summary;
    if (outermost != null) {
      BeforeFirstTest.finish();
      LateConsumers.await(); // their reports come before the summary, and the JVM may exit after it
      outermost.print();
      Session.ofThisJvm().forgetParameters();
    }
  }
}
