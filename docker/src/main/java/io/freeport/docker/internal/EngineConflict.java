package io.freeport.docker.internal;

import com.github.dockerjava.api.exception.DockerException;
import io.freeport.internal.handoff.PortConflict;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Recognises that an engine did not start a container because somebody has one of its ports. There
 * is no error code for it: it is an internal error of the engine, and what it says depends on who
 * binds the port for it.
 */
public final class EngineConflict {

  private static final int INTERNAL_SERVER_ERROR = 500;

  /** No real chain is as long; one that leads back into itself has to end somewhere. */
  private static final int LONGEST_CHAIN = 50;

  private EngineConflict() {}

  public static boolean isIn(Throwable failure) {
    return conflictIn(failure) != null;
  }

  /**
   * Returns whether the engine refused the port by its own books, in which another container has
   * it. Then it did not even try to bind, so the refusal says nothing of holds.
   */
  static boolean isInTheBooks(Throwable failure) {
    DockerException said = conflictIn(failure);
    String message = said == null ? "" : String.valueOf(said.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("already allocated")
        || message.contains("all ports are allocated")
        || message.contains("conflict with id") // RootlessKit's
        || message.contains("proxy already running");
  }

  private static @Nullable DockerException conflictIn(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < LONGEST_CHAIN; i++) {
      if (cause instanceof DockerException said
          && said.getHttpStatus() == INTERNAL_SERVER_ERROR
          && PortConflict.isSaidBy(said.getMessage())) {
        return said;
      }
      cause = cause.getCause();
    }
    return null;
  }
}
