package io.freeport.cli;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Keeps the logs of libraries off the terminal unless the user asks for them. */
final class Logging {

  private Logging() {}

  /**
   * Configures the loggers; call it before anything logs. The two system properties are the only
   * way to configure SLF4J's simple logger and the JDK's formatter, which read them once.
   */
  static void configure(boolean verbose) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", verbose ? "debug" : "off");
    System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s %3$s: %5$s%6$s%n");
    Level level = verbose ? Level.FINE : Level.OFF;
    // The handlers belong to the root logger of java.util.logging.
    Logger root = LogManager.getLogManager().getLogger("");
    root.setLevel(level);
    for (Handler handler : root.getHandlers()) {
      handler.setLevel(level);
    }
  }
}
