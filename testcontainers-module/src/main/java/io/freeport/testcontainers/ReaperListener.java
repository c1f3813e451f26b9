package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import io.freeport.OwnerRegistry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Runs the reaper before the first test of a launcher session. JUnit finds it by itself; there is
 * nothing to call.
 *
 * <p>Opening a session is too early: Surefire with forks opens one in Maven's own JVM, in which no
 * test ever runs.
 *
 * @since 0.1.0
 */
public final class ReaperListener implements LauncherSessionListener {

  private static final Logger LOGGER = System.getLogger(ReaperListener.class.getName());

  /** How long the tests wait for an engine that does not answer. */
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(10);

  /** Creates the listener, for {@link java.util.ServiceLoader}. */
  public ReaperListener() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    session.getLauncher().registerTestExecutionListeners(new BeforeFirstTest());
  }

  /**
   * Surefire starts a test plan for each class; only the first one counts. Plans of one session
   * start one after the other.
   */
  private static final class BeforeFirstTest implements TestExecutionListener {

    private boolean done;

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
      if (!done && plan.containsTests()) {
        done = true;
        reapWithin(LONGEST_DELAY);
      }
    }
  }

  /**
   * In a daemon thread: an engine that accepts and never answers would otherwise keep the tests
   * waiting, and the JVM alive.
   */
  private static void reapWithin(Duration limit) {
    Thread thread = new Thread(ReaperListener::reap, "freeport-reaper");
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(limit.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOGGER.log(
          Level.WARNING,
          "The Docker engine did not answer within {0} s. The tests go on; containers of former runs may be left.",
          limit.toSeconds());
    }
  }

  private static void reap() {
    try (DockerClient client = Engine.connect()) {
      new Reaper(client, OwnerRegistry.ofThisJvm()).reap();
    } catch (IllegalStateException noEngine) {
      LOGGER.log(Level.DEBUG, "No Docker engine, so nothing to remove", noEngine);
    } catch (IOException | RuntimeException e) {
      LOGGER.log(
          Level.WARNING, "Cannot look for containers of former test runs: " + e.getMessage(), e);
    }
  }
}
