package io.freeport.docker.internal;

/** How ports pass to an engine; written in lower case in {@code freeport.container.handoff}. */
public enum EngineMode {

  /** As the engine's host and its first starts show. */
  AUTO,

  /** The engine binds beside the hold, which stays. */
  SHARED,

  /** The hold is closed just before the engine binds. */
  CLOSE_THEN_BIND,

  /** Ports are those of another host, of which only the engine knows who has them. */
  ARBITER
}
