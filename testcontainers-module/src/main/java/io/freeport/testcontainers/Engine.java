package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;
import org.testcontainers.utility.TestcontainersConfiguration;

/**
 * The Docker engine that Testcontainers finds; without Testcontainers, the one that docker-java
 * finds. Unlike {@link DockerClientFactory#client()} this starts nothing there: a JVM whose tests
 * need no container should not get Ryuk either.
 */
final class Engine {

  /** How long an engine has for its first answer. Testcontainers itself would wait for ever. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  private static final String UNIX = "unix://";
  private static final Path DEFAULT_SOCKET = Path.of("/var/run/docker.sock");

  private static final boolean TESTCONTAINERS = isThere("org.testcontainers.DockerClientFactory");

  private Engine() {}

  private static boolean isThere(String className) {
    try {
      Class.forName(className, false, Engine.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

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
    return TESTCONTAINERS
        ? DockerClientProviderStrategy.getClientForConfig(find())
        : PlainEngine.connect();
  }

  /** Returns where the engine is; throws the same as {@link #connect()}, if none answers. */
  static URI uri() {
    return TESTCONTAINERS ? find().getDockerHost() : PlainEngine.uri();
  }

  /** Throws the same as {@link #connect()}, if no engine answers. */
  static void requireAnswer() {
    if (TESTCONTAINERS) {
      find();
      return;
    }
    try {
      PlainEngine.connect().close();
    } catch (IOException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /**
   * Returns what seems to be wrong with an engine that does not answer, as a clause; null if there
   * is no sign that there should be one.
   */
  static @Nullable String trouble() {
    String host =
        TESTCONTAINERS
            ? TestcontainersConfiguration.getInstance().getEnvVarOrProperty("docker.host", "")
            : System.getenv().getOrDefault("DOCKER_HOST", "");
    if (!host.isEmpty() && !host.startsWith(UNIX)) {
      return "the Docker engine at " + host + " does not answer";
    }
    Path socket = host.isEmpty() ? DEFAULT_SOCKET : Path.of(host.substring(UNIX.length()));
    if (!Files.exists(socket)) {
      return host.isEmpty()
          ? troubleOfSearch()
          : "there is no " + socket + ", where the Docker engine should be";
    }
    return Files.isWritable(socket)
        ? "the Docker engine at " + socket + " does not answer"
        : "this user may not write to " + socket + ", so the Docker engine cannot be asked";
  }

  /** Testcontainers knows more places, such as that of an engine without root. */
  private static @Nullable String troubleOfSearch() {
    return TESTCONTAINERS && !Search.RESULT.isDone()
        ? "the search for a Docker engine has not come to an end, so there may be one that accepts connections and does not answer"
        : null;
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
