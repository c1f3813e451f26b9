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
    try {
      if (BEGUN.get() && !ENDED.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
        LOGGER.log(Level.DEBUG, "The reaper has not come to its end: the next run goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Returns when the reaper has run in this JVM. Without JUnit's launcher nobody calls it before
   * the tests, so it runs before the first container.
   */
  public static void awaitOrRun() {
    begin(null);
    awaitEnd();
  }

  /**
   * Waits for the reaper, if it is under way.
   *
   * @return whether it was
   */
  static boolean awaitIfUnderWay() {
    boolean isUnderWay = BEGUN.get() && ENDED.getCount() > 0;
    if (isUnderWay) {
      awaitEnd();
    }
    return isUnderWay;
  }

  /** A pass has a time limit, so this needs none. */
  private static void awaitEnd() {
    try {
      ENDED.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void begin(@Nullable SettingsSource parameters) {
    if (BEGUN.getAndSet(true)) {
      return;
    }
    try {
      Settings settings = Settings.ofThisJvm();
      ReaperMode mode =
          (parameters == null ? settings : settings.with(parameters))
              .choice(SettingKeys.REAPER, ReaperMode.ON);
      if (mode == ReaperMode.ON && startBeside(parameters)) {
        return;
      }
      runToTheEnd(mode, parameters);
    } catch (IllegalArgumentException badSetting) {
      tell(badSetting);
      ENDED.countDown();
    }
  }

  /** Returns false where no more threads can be had: then the tests wait. */
  private static boolean startBeside(@Nullable SettingsSource parameters) {
    try {
      Thread thread =
          new Thread(() -> runToTheEnd(ReaperMode.ON, parameters), "freeport-reaper-start");
      thread.setDaemon(true);
      thread.start();
      return true;
    } catch (OutOfMemoryError noThread) {
      return false;
    }
  }

  private static void runToTheEnd(ReaperMode mode, @Nullable SettingsSource parameters) {
    try {
      run(mode, parameters);
    } catch (IllegalArgumentException badSetting) {
      tell(badSetting);
    } catch (RuntimeException | LinkageError e) {
      LOGGER.log(Level.WARNING, "The tests go on without the reaper, which failed. " + REMEDY, e);
    } finally {
      ENDED.countDown();
    }
  }

  private static void tell(IllegalArgumentException badSetting) {
    LOGGER.log(Level.ERROR, "The reaper does not run. {0}", badSetting.getMessage());
  }

  @Override
  public String description() {
    return "the removal of what dead test runs left behind";
  }

  @Override
  public String remedy() {
    return REMEDY;
  }

  private static void run(ReaperMode mode, @Nullable SettingsSource parameters) {
    switch (mode) {
      case ON, WAIT -> logProblem(Reaper.lookingFirst(context(parameters)).attempt());
      case DRY_RUN -> logPlan(Reaper.create(context(parameters)).lookForPlan());
      case OFF -> LOGGER.log(Level.DEBUG, "The reaper is off");
    }
  }

  private static DockerContext context(@Nullable SettingsSource parameters) {
    DockerContext context = DockerContext.ofThisJvm();
    return parameters == null ? context : context.with(parameters);
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
