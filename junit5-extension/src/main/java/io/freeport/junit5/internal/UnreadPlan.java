package io.freeport.junit5.internal;

import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds a {@code freeport.yaml} that nobody reads, since {@code freeport-plan} is missing. */
final class UnreadPlan {

  private static final String FILE = "freeport.yaml";

  private UnreadPlan() {}

  /** Logs a warning if there is one. */
  static void check() {
    if (!isPlanPresent()) {
      Path file = find(Path.of("").toAbsolutePath());
      if (file != null) {
        Summary.logger().log(Level.WARNING, warning(file));
      }
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

  /** Looks where the plan would be looked for: up to the root of the repository. */
  static @Nullable Path find(Path directory) {
    for (Path folder = directory; folder != null; folder = folder.getParent()) {
      Path file = folder.resolve(FILE);
      if (Files.isRegularFile(file)) {
        return file;
      }
      if (Files.exists(folder.resolve(".git"))) {
        return null;
      }
    }
    return null;
  }

  static String warning(Path file) {
    return file
        + " has no effect: freeport-plan is not on the class path of the tests. Add the dependency io.freeport:freeport-plan with scope test, or remove the file.";
  }
}
