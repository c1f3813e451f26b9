package io.freeport.cli;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Keeps the log of libraries off the terminal, unless it is asked for. */
final class Logging {

  private Logging() {}

  /** To be called before anything logs: SLF4J's simple logger reads its settings once. */
  static void configure(boolean verbose) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", verbose ? "debug" : "off");
    System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s %3$s: %5$s%6$s%n");
    Level level = verbose ? Level.FINE : Level.OFF;
    // Not by its name: that would be the root of whoever else logs, which is the same one here.
    Logger root = LogManager.getLogManager().getLogger("");
    root.setLevel(level);
    for (Handler handler : root.getHandlers()) {
      handler.setLevel(level);
    }
  }
}
