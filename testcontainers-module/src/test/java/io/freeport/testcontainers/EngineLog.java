package io.freeport.testcontainers;

import io.freeport.docker.internal.EngineHandoff;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What is said in the log about how ports pass to an engine, while it is open. */
final class EngineLog extends Handler implements AutoCloseable {

  private static final Logger LOGGER = Logger.getLogger(EngineHandoff.class.getName());
  private static final SimpleFormatter FORMATTER = new SimpleFormatter();

  /** Level and message of each record. */
  final List<String> messages = new CopyOnWriteArrayList<>();

  private EngineLog() {}

  static EngineLog open() {
    EngineLog log = new EngineLog();
    LOGGER.addHandler(log);
    return log;
  }

  @Override
  public void publish(LogRecord said) {
    messages.add(said.getLevel() + " " + FORMATTER.formatMessage(said));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOGGER.removeHandler(this);
  }
}
