package io.freeport.docker.testing;

import io.freeport.docker.internal.EngineStrategy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What is said in the log about how ports pass to an engine, while it is open. */
public final class EngineLog extends Handler implements AutoCloseable {

  private static final Logger LOGGER = Logger.getLogger(EngineStrategy.class.getName());
  private static final SimpleFormatter FORMATTER = new SimpleFormatter();

  /** Level and message of each record. */
  public final List<String> messages = new CopyOnWriteArrayList<>();

  private EngineLog() {}

  public static EngineLog open() {
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
