package io.freeport.docker.internal;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.freeport.internal.text.PrintableText;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The Docker engine that docker-java finds by itself, for those who use it without Testcontainers.
 * They have docker-java-core, and docker-java-transport-zerodep.
 *
 * @since 0.1.0
 */
public final class DockerJavaEngine implements EngineProvider {

  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(20);

  /**
   * Connects to the engine, and makes sure that it answers.
   *
   * @return a client, to be closed
   * @throws IllegalStateException if no engine answers
   */
  @Override
  public DockerClient connect() {
    return connect(RESPONSE_TIMEOUT);
  }

  /**
   * Connects to the engine, and makes sure that it answers.
   *
   * @param responseTimeout how long the engine has for each answer
   * @return a client, to be closed
   * @throws IllegalStateException if no engine answers
   */
  public static DockerClient connect(Duration responseTimeout) {
    DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    DockerClient client = client(config, responseTimeout);
    try {
      client.pingCmd().exec();
      return client;
    } catch (RuntimeException e) {
      try {
        client.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw new IllegalStateException(
          "no engine answers at "
              + config.getDockerHost()
              + ": "
              + PrintableText.line(String.valueOf(e.getMessage())),
          e);
    }
  }

  static DockerClient client(DockerClientConfig config, Duration responseTimeout) {
    return DockerClientImpl.getInstance(
        config,
        BoundedAnswers.of(
            new ZerodepDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .connectionTimeout(CONNECTION_TIMEOUT)
                .responseTimeout(responseTimeout)
                .build()));
  }

  /**
   * Returns where the engine is looked for.
   *
   * @return for example {@code unix:///var/run/docker.sock}
   */
  @Override
  public URI uri() {
    return DefaultDockerClientConfig.createDefaultConfigBuilder().build().getDockerHost();
  }

  @Override
  public void requireAnswer() {
    try {
      connect().close();
    } catch (IOException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  @Override
  public String configuredHost() {
    return System.getenv().getOrDefault("DOCKER_HOST", "");
  }

  @Override
  public @Nullable String session() {
    return null;
  }

  @Override
  public @Nullable String troubleOfSearch() {
    return null;
  }
}
