package io.freeport.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** The warnings that FreePort logs while this is open; they do not go to the console. */
public final class Warnings extends Handler implements AutoCloseable {

  private static final Logger LOGGER = Logger.getLogger("io.freeport");

  public final List<String> messages = new CopyOnWriteArrayList<>();

  private Warnings() {}

  public static Warnings record() {
    Warnings warnings = new Warnings();
    LOGGER.addHandler(warnings);
    LOGGER.setUseParentHandlers(false);
    return warnings;
  }

  public List<String> messages() {
    return List.copyOf(messages);
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
      messages.add(new SimpleFormatter().formatMessage(record));
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOGGER.setUseParentHandlers(true);
    LOGGER.removeHandler(this);
  }
}
