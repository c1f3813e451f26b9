package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import java.net.URI;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;

/**
 * The Docker engine that Testcontainers finds. Unlike {@link DockerClientFactory#client()} this
 * starts nothing there: a JVM whose tests need no container should not get Ryuk either.
 */
final class Engine {

  private Engine() {}

  /**
   * Returns a client of its own, to be closed.
   *
   * @throws IllegalStateException if no engine answers; quickly, once Testcontainers has found out
   */
  static DockerClient connect() {
    return DockerClientProviderStrategy.getClientForConfig(
        DockerClientFactory.instance().getTransportConfig());
  }

  /** Returns where the engine is; throws the same as {@link #connect()}, if none answers. */
  static URI uri() {
    return DockerClientFactory.instance().getTransportConfig().getDockerHost();
  }

  /** Throws the same as {@link #connect()}, if no engine answers. */
  static void requireAnswer() {
    DockerClientFactory.instance().getTransportConfig();
  }
}
