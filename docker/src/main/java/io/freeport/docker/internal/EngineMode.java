package io.freeport.docker.internal;

/**
 * How a held port passes to an engine; written in lower case in {@code freeport.container.handoff}.
 */
public enum EngineMode {

  /** Decided by where the engine's containers are reached, and by what its first starts show. */
  AUTO,

  /** The engine binds beside the hold, which stays. */
  SHARED,

  /** The hold is closed just before the engine binds. */
  CLOSE_THEN_BIND,

  /** The engine publishes on another host. Only the engine knows which ports are free there. */
  REMOTE
}
