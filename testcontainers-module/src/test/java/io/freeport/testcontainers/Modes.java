package io.freeport.testcontainers;

import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.dockerjava.api.DockerClient;
import io.freeport.HandoffMode;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineMode;
import java.io.IOException;

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

  /** Skips a test of what Podman does not do as Docker does it. */
  static void assumeDocker(String what) throws IOException {
    try (DockerClient client = Engine.connect()) {
      assumeThat(client.versionCmd().exec().getComponents())
          .as("Podman: %s", what)
          .noneMatch(component -> String.valueOf(component.getName()).contains("Podman"));
    }
  }

  static void assumeShared() {
    assumeThat(isShared())
        .as("the hold is relied on, as it is only with freeport.container.handoff=shared or auto")
        .isTrue();
  }
}
