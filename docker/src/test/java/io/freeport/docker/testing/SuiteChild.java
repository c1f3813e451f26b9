package io.freeport.docker.testing;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Collectors;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Does what Surefire does in a fork: a launcher session, and a test plan in it. Prints what
 * FreePort logs, how long the first test had to wait, and what came out.
 */
public final class SuiteChild {

  private static final Logger LOGGER = Logger.getLogger("io.freeport");

  private SuiteChild() {}

  /**
   * Runs the suite.
   *
   * @param args names of test classes, and configuration parameters as key=value
   */
  public static void main(String[] args) {
    printLog();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    try (LauncherSession session = LauncherFactory.openSession()) {
      session
          .getLauncher()
          .execute(
              LauncherDiscoveryRequestBuilder.request()
                  .selectors(
                      Arrays.stream(args)
                          .filter(arg -> !arg.contains("="))
                          .map(DiscoverySelectors::selectClass)
                          .toList())
                  .configurationParameters(
                      Arrays.stream(args)
                          .filter(arg -> arg.contains("="))
                          .map(arg -> arg.split("=", 2))
                          .collect(Collectors.toMap(arg -> arg[0], arg -> arg[1])))
                  .build(),
              summary,
              new FirstTest());
    }
    summary.getSummary().getFailures().forEach(failure -> failure.getException().printStackTrace());
    System.out.println(
        summary.getSummary().getTestsSucceededCount()
            + " succeeded, "
            + summary.getSummary().getTestsFailedCount()
            + " failed");
    System.out.println(summary.getSummary().getContainersSkippedCount() + " classes skipped");
  }

  /** Has FreePort log to standard output. */
  public static void printLog() {
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(new Printing());
  }

  private static final class FirstTest implements TestExecutionListener {

    private final long start = System.nanoTime();
    private boolean seen;

    @Override
    public void executionStarted(TestIdentifier test) {
      if (test.isTest() && !seen) {
        seen = true;
        System.out.println(
            "first test after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
      }
    }
  }

  private static final class Printing extends Handler {
    @Override
    public void publish(LogRecord record) {
      System.out.println(record.getLevel() + ": " + new SimpleFormatter().formatMessage(record));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
