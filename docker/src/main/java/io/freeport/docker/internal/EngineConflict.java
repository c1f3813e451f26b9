package io.freeport.docker.internal;

import com.github.dockerjava.api.exception.DockerException;
import io.freeport.internal.handoff.PortConflict;

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
    Throwable cause = failure;
    for (int i = 0; cause != null && i < LONGEST_CHAIN; i++) {
      if (cause instanceof DockerException said
          && said.getHttpStatus() == INTERNAL_SERVER_ERROR
          && PortConflict.isSaidBy(said.getMessage())) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
