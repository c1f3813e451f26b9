package io.freeport.testcontainers;

import io.freeport.Settings;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Runs the reaper before the first test of a JVM. JUnit finds it by itself; there is nothing to
 * call. {@code freeport.reaper=dry-run} has it only say what it would remove, {@code off} switches
 * it off.
 *
 * <p>Opening a session is too early: Surefire with forks opens one in Maven's own JVM, in which no
 * test ever runs.
 *
 * @since 0.1.0
 */
public final class ReaperListener implements LauncherSessionListener {

  private static final Logger LOGGER = System.getLogger(ReaperListener.class.getName());

  private static final Once ONCE_PER_JVM = new Once();

  /** Creates the listener, for {@link java.util.ServiceLoader}. */
  public ReaperListener() {}

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    session.getLauncher().registerTestExecutionListeners(new BeforeFirstTest());
  }

  /**
   * Surefire starts a test plan for each class, some tools a session; only the first one counts.
   */
  private static final class BeforeFirstTest implements TestExecutionListener {
    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
      if (plan.containsTests()) {
        ONCE_PER_JVM.pass(plan);
      }
    }
  }

  /** Whoever comes second, with another session, waits for the first and has nothing to do. */
  private static final class Once {

    private boolean done;

    synchronized void pass(TestPlan plan) {
      if (done) {
        return;
      }
      done = true;
      try {
        run(Settings.ofThisJvm().with(new PlanSettings(plan)));
      } catch (IllegalArgumentException badSetting) {
        LOGGER.log(Level.ERROR, "The reaper does not run. {0}", badSetting.getMessage());
      }
    }
  }

  private static void run(Settings settings) {
    switch (settings.choice(ReaperMode.KEY, ReaperMode.ON)) {
      case ON -> tellProblem(Reaper.create(settings).attempt());
      case DRY_RUN -> tellPlan(Reaper.create(settings).lookForPlan());
      case OFF -> LOGGER.log(Level.DEBUG, "The reaper is off");
    }
  }

  private static void tellPlan(ReapPass.Result result) {
    List<ReapPlan.Finding> toRemove = result.report().plan().toRemove();
    if (!toRemove.isEmpty()) {
      LOGGER.log(
          Level.INFO,
          "This is a dry run, and nothing is removed:\n{0}",
          toRemove.stream().map(ReapPlan.Finding::toString).collect(Collectors.joining("\n")));
    }
    tellProblem(result);
  }

  /** What is left is told elsewhere; here it is that nothing was found out. */
  private static void tellProblem(ReapPass.Result result) {
    ReapReport report = result.report();
    if (report.problem().isEmpty() || !report.left().isEmpty()) {
      return;
    }
    String problem = report.problem().get();
    String trouble = result.connected() ? problem : Engine.trouble();
    if (trouble == null) {
      LOGGER.log(Level.DEBUG, "There is no engine: {0}", problem);
      return;
    }
    // What an engine answers says more than what its address looks like.
    boolean saysMore = result.broken() || problem.contains("Status ");
    LOGGER.log(
        Level.WARNING,
        "The tests go on without a look for what dead test runs left behind, after {0} ms: {1}. To have none, set freeport.reaper=off.",
        String.valueOf(report.took().toMillis()),
        saysMore ? problem : trouble);
  }
}
