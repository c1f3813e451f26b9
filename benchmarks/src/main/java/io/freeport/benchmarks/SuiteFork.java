package io.freeport.benchmarks;

import java.net.BindException;
import java.util.Arrays;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** A fork of a test run: runs the classes that it is told, with what is on its class path. */
final class SuiteFork {

  private SuiteFork() {}

  /**
   * The arguments are names of test classes. Prints how many tests ran, how many failed, and how
   * many of those had no port, or one that somebody else had.
   */
  public static void main(String[] args) {
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    try (LauncherSession session = LauncherFactory.openSession()) {
      session
          .getLauncher()
          .execute(
              LauncherDiscoveryRequestBuilder.request()
                  .selectors(
                      Arrays.stream(args)
                          .map(DiscoverySelectors::selectClass)
                          .toArray(ClassSelector[]::new))
                  .build(),
              summary);
    }
    TestExecutionSummary result = summary.getSummary();
    result.getFailures().forEach(failure -> System.err.println(failure.getException()));
    System.out.println(
        result.getTestsStartedCount()
            + " "
            + result.getTestsFailedCount()
            + " "
            + result.getFailures().stream()
                .map(TestExecutionSummary.Failure::getException)
                .filter(failure -> failure instanceof BindException || isBeforeTheServer(failure))
                .count());
  }

  /** The source found no port. */
  private static boolean isBeforeTheServer(Throwable failure) {
    return Arrays.stream(failure.getStackTrace())
        .noneMatch(frame -> frame.getClassName().endsWith("." + Suite.SERVED));
  }
}
