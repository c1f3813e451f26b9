package io.freeport.junit5.internal;

import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds a {@code freeport.yaml} that nobody reads, since {@code freeport-plan} is missing. */
final class UnreadPlan {

  private static final String FILE = "freeport.yaml";

  private UnreadPlan() {}

  /**
   * Logs a warning if there is one in the directory in which this JVM runs. One further up may be
   * for other modules.
   */
  static void check() {
    Path file = Path.of(FILE).toAbsolutePath();
    if (Files.isRegularFile(file) && !isPlanPresent()) {
      Summary.logger().log(Level.WARNING, warning(file));
    }
  }

  private static boolean isPlanPresent() {
    try {
      Class.forName("io.freeport.plan.PortPlan", false, UnreadPlan.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  static String warning(Path file) {
    return file
        + " has no effect: freeport-plan is not on the class path of the tests. Add the dependency io.freeport:freeport-plan with scope test, or remove the file.";
  }
}
