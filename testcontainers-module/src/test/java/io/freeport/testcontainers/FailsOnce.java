package io.freeport.testcontainers;

import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/** Makes the first attempt to start a container fail, after the engine has bound its ports. */
final class FailsOnce extends AbstractWaitStrategy {

  private boolean failed;

  @Override
  protected void waitUntilReady() {
    if (!failed) {
      failed = true;
      throw new IllegalStateException("The first attempt fails on purpose");
    }
  }
}
