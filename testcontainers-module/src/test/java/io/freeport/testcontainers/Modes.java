package io.freeport.testcontainers;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.freeport.HandoffMode;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.EngineMode;

/** The suite also runs with modes that are forced, in which a hold cannot stay. */
final class Modes {

  private Modes() {}

  static boolean isShared() {
    return set() == EngineMode.AUTO || set() == EngineMode.SHARED;
  }

  /** Returns the mode that is set for the whole suite. */
  static EngineMode set() {
    return DockerContext.ofThisJvm().containers().mode();
  }

  /** Returns how ports pass to the engine, as far as this JVM has learned it. */
  static EngineMode ofThisJvm(String host) {
    DockerContext context = DockerContext.ofThisJvm();
    return context.engine().mode(host, HandoffMode.SHARED, context.containers());
  }

  static void assumeShared() {
    assumeThat(isShared())
        .as("the hold is relied on, as it is only with freeport.container.handoff=shared or auto")
        .isTrue();
  }
}
