package io.freeport.docker.reaper;

import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Engine;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.BeforeTests;
import io.freeport.spi.SettingsSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs the reaper once in a JVM, from its first test on. It works beside the tests. A thread that
 * creates a container, or asks for a port that somebody has, waits for it. With {@code
 * freeport.reaper=wait} all tests do. Public for {@link java.util.ServiceLoader} only.
 *
 * @hidden
 */
@SuppressWarnings("InvalidBlockTag") // Error Prone does not know @hidden for types
public final class ReapBeforeTests implements BeforeTests {

  private static final Logger LOGGER = System.getLogger(ReapBeforeTests.class.getName());

  private static final String REMEDY = "To switch it off, set freeport.reaper=off.";

  /** The end of a JVM does not wait for an engine that is slow. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static final AtomicBoolean BEGUN = new AtomicBoolean();
  private static final CountDownLatch ENDED = new CountDownLatch(1);

  @Override
  public void run(SettingsSource parameters) {
    begin(parameters);
  }

  @Override
  public void finish() {
    await(LAST_WORDS);
  }

  /**
   * Returns when the reaper has run in this JVM. Without JUnit's launcher nobody calls it before
   * the tests, so it runs before the first container.
   */
  public static void awaitOrRun() {
    begin(null);
    await(null);
  }

  /**
   * Waits for the reaper, if it is under way.
   *
   * @return whether it was
   */
  static boolean awaitIfUnderWay() {
    boolean isUnderWay = BEGUN.get() && ENDED.getCount() > 0;
    if (isUnderWay) {
      await(null);
    }
    return isUnderWay;
  }

  /**
   * @param limit null for none: a pass has a limit
   */
  private static void await(@Nullable Duration limit) {
    try {
      if (limit == null) {
        ENDED.await();
      } else if (BEGUN.get() && !ENDED.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        LOGGER.log(Level.DEBUG, "The reaper has not come to its end: the next run goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void begin(@Nullable SettingsSource parameters) {
    if (BEGUN.getAndSet(true)) {
      return;
    }
    ReaperMode mode = mode(parameters);
    if (mode != ReaperMode.ON) {
      runToTheEnd(mode, parameters);
      return;
    }
    Thread thread = new Thread(() -> runToTheEnd(mode, parameters), "freeport-reaper-start");
    thread.setDaemon(true);
    thread.start();
  }

  private static ReaperMode mode(@Nullable SettingsSource parameters) {
    try {
      Settings settings = Settings.ofThisJvm();
      return (parameters == null ? settings : settings.with(parameters))
          .choice(SettingKeys.REAPER, ReaperMode.ON);
    } catch (IllegalArgumentException badSetting) {
      LOGGER.log(Level.ERROR, "The reaper does not run. {0}", badSetting.getMessage());
      return ReaperMode.OFF;
    }
  }

  private static void runToTheEnd(ReaperMode mode, @Nullable SettingsSource parameters) {
    try {
      DockerContext context = DockerContext.ofThisJvm();
      run(mode, parameters == null ? context : context.with(parameters));
    } catch (IllegalArgumentException badSetting) {
      LOGGER.log(Level.ERROR, "The reaper does not run. {0}", badSetting.getMessage());
    } catch (RuntimeException | LinkageError e) {
      LOGGER.log(Level.WARNING, "The tests go on without the reaper, which failed. " + REMEDY, e);
    } finally {
      ENDED.countDown();
    }
  }

  @Override
  public String description() {
    return "the removal of what dead test runs left behind";
  }

  @Override
  public String remedy() {
    return REMEDY;
  }

  private static void run(ReaperMode mode, DockerContext context) {
    switch (mode) {
      case ON, WAIT -> logProblem(Reaper.lookingFirst(context).attempt());
      case DRY_RUN -> logPlan(Reaper.create(context).lookForPlan());
      case OFF -> LOGGER.log(Level.DEBUG, "The reaper is off");
    }
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
