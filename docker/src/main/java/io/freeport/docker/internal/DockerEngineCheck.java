package io.freeport.docker.internal;

import io.freeport.spi.EngineCheck;

/** Asks the Docker engine of this JVM. */
public final class DockerEngineCheck implements EngineCheck {

  @Override
  public void requireAnswer() {
    Engine.requireAnswer();
  }
}
