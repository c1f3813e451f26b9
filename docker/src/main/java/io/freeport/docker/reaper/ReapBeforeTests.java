package io.freeport.docker.reaper;

import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Engine;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.spi.BeforeTests;
import io.freeport.spi.SettingsSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Runs the reaper before the first test of a JVM. With {@code freeport.reaper=dry-run} it only logs
 * what it would remove; {@code off} switches it off. Public for {@link java.util.ServiceLoader}
 * only.
 *
 * @hidden
 */
@SuppressWarnings("InvalidBlockTag") // Error Prone does not know @hidden for types
public final class ReapBeforeTests implements BeforeTests {

  private static final Logger LOGGER = System.getLogger(ReapBeforeTests.class.getName());

  private static final AtomicBoolean RAN = new AtomicBoolean();

  @Override
  public void run(SettingsSource parameters) {
    runOnce(() -> DockerContext.ofThisJvm().with(parameters));
  }

  /**
   * Runs the reaper now if it has not run in this JVM: without JUnit's launcher nobody calls it
   * before the tests, so it runs before the first container.
   */
  public static void unlessItRan() {
    runOnce(DockerContext::ofThisJvm);
  }

  private static void runOnce(Supplier<DockerContext> context) {
    if (RAN.getAndSet(true)) {
      return;
    }
    try {
      run(context.get());
    } catch (IllegalArgumentException badSetting) {
      LOGGER.log(Level.ERROR, "The reaper does not run. {0}", badSetting.getMessage());
    }
  }

  @Override
  public String description() {
    return "the removal of what dead test runs left behind";
  }

  @Override
  public String remedy() {
    return "To switch it off, set freeport.reaper=off.";
  }

  private static void run(DockerContext context) {
    switch (context.settings().choice(SettingKeys.REAPER, ReaperMode.ON)) {
      case ON -> logProblem(recorded(context, Reaper.create(context).attempt()));
      case DRY_RUN -> logPlan(recorded(context, Reaper.create(context).lookForPlan()));
      case OFF -> LOGGER.log(Level.DEBUG, "The reaper is off");
    }
  }

  private static ReapPass.Result recorded(DockerContext context, ReapPass.Result result) {
    if (result.connected() && context.containers().labels()) {
      Engine.recordSession(context.owners());
    }
    return result;
  }

  private static void logPlan(ReapPass.Result result) {
    List<ReapPlan.Finding> toRemove = result.report().plan().toRemove();
    if (!toRemove.isEmpty()) {
      LOGGER.log(
          Level.INFO,
          "This is a dry run, and nothing is removed:\n{0}",
          toRemove.stream().map(ReapPlan.Finding::toString).collect(Collectors.joining("\n")));
    }
    logProblem(result);
  }

  /** Logs why nothing was found out. What could not be removed is logged elsewhere. */
  private static void logProblem(ReapPass.Result result) {
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
