package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/**
 * The Docker engine that Testcontainers finds. Unlike {@link DockerClientFactory#client()} this
 * starts nothing there: a JVM whose tests need no container should not get Ryuk either.
 */
final class Engine {

  /** How long an engine has for its first answer. Testcontainers itself would wait for ever. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  private Engine() {}

  /**
   * Looked for once in a JVM, in a daemon thread: who asks waits for a limited time, and nobody
   * starts a second search.
   */
  private static final class Search {
    static final FutureTask<TransportConfig> RESULT =
        new FutureTask<>(() -> DockerClientFactory.instance().getTransportConfig());

    static {
      Thread thread = new Thread(RESULT, "freeport-engine-search");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /**
   * Returns a client of its own, to be closed.
   *
   * @throws IllegalStateException if no engine answers; at once, when that is known
   */
  static DockerClient connect() {
    return DockerClientProviderStrategy.getClientForConfig(find());
  }

  /** Returns where the engine is; throws the same as {@link #connect()}, if none answers. */
  static URI uri() {
    return find().getDockerHost();
  }

  /** Throws the same as {@link #connect()}, if no engine answers. */
  static void requireAnswer() {
    find();
  }

  private static TransportConfig find() {
    try {
      return Search.RESULT.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "the engine accepts connections and did not answer within "
              + LONGEST_WAIT.toSeconds()
              + " s",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the engine", e);
    }
  }
}
