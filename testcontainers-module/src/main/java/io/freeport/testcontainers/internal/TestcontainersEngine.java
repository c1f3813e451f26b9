package io.freeport.testcontainers.internal;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.transport.DockerHttpClient;
import io.freeport.docker.internal.BoundedAnswers;
import io.freeport.docker.internal.EngineProvider;
import io.freeport.docker.internal.TestcontainersSearch;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;
import org.testcontainers.shaded.com.github.dockerjava.core.DefaultDockerClientConfig;
import org.testcontainers.shaded.com.github.dockerjava.core.DockerClientImpl;
import org.testcontainers.utility.TestcontainersConfiguration;

/**
 * The Docker engine that Testcontainers finds. Unlike {@link DockerClientFactory#client()} this
 * starts nothing there: a JVM whose tests need no container should not get Ryuk either.
 */
public final class TestcontainersEngine implements EngineProvider {

  /** How long an engine has for its first answer. Testcontainers itself waits without a limit. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  /**
   * Looked for once in a JVM, in a daemon thread: callers wait for a limited time, and nobody
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

  @Override
  public DockerClient connect() {
    TransportConfig transport = find();
    DockerClient client = DockerClientProviderStrategy.getClientForConfig(transport);
    DockerHttpClient http = client instanceof DockerClientImpl own ? own.getHttpClient() : null;
    return http == null ? client : bounded(http, transport.getDockerHost());
  }

  /** As all of its clients do. */
  @Override
  public DockerClient connectEndless() {
    return connect();
  }

  private static DockerClient bounded(DockerHttpClient http, URI host) {
    return DockerClientImpl.getInstance(
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(host.toString())
            .build(),
        BoundedAnswers.of(http));
  }

  @Override
  public URI uri() {
    return find().getDockerHost();
  }

  @Override
  public void requireAnswer() {
    find();
  }

  @Override
  public String configuredHost() {
    return TestcontainersConfiguration.getInstance().getEnvVarOrProperty("docker.host", "");
  }

  @Override
  public @Nullable String addressWithoutClient() {
    return TestcontainersSearch.ofThisUser().socket();
  }

  /** Testcontainers knows more places, such as that of an engine without root. */
  @Override
  public @Nullable String troubleOfSearch() {
    return Search.RESULT.isDone()
        ? null
        : "the search for a Docker engine has not come to an end, so there may be one that accepts connections and does not answer";
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
