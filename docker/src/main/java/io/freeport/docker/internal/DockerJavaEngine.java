package io.freeport.docker.internal;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
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

  private static volatile @Nullable EngineAddress named;

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

  @Override
  public DockerClient connectEndless() {
    return connect(Duration.ZERO);
  }

  /**
   * Makes this JVM ask a certain engine, and not the one that docker-java finds.
   *
   * @param address where it is
   */
  public static void use(EngineAddress address) {
    named = address;
  }

  /**
   * Returns if the engine that was given to {@link #use} answers, or none was given.
   *
   * @throws IllegalStateException if it does not answer
   */
  public static void requireNamed() {
    if (named != null) {
      new DockerJavaEngine().requireAnswer();
    }
  }

  /**
   * Returns where the engine of this JVM is.
   *
   * @return what was last given to {@link #use}; without such a call, what docker-java finds
   * @throws IllegalArgumentException if what names the address cannot be read
   */
  public static EngineAddress address() {
    EngineAddress address = named;
    return address == null ? EngineAddress.find() : address;
  }

  /**
   * Connects to the engine of this JVM, and makes sure that it answers.
   *
   * @param responseTimeout how long the engine has for each answer
   * @return a client, to be closed
   * @throws IllegalStateException if no engine answers
   * @throws IllegalArgumentException if what names the address cannot be read
   */
  public static DockerClient connect(Duration responseTimeout) {
    return connect(address(), responseTimeout);
  }

  /**
   * Connects to an engine, and makes sure that it answers.
   *
   * @param address where it is
   * @param responseTimeout how long the engine has for each answer
   * @return a client, to be closed
   * @throws IllegalStateException if no engine answers
   */
  public static DockerClient connect(EngineAddress address, Duration responseTimeout) {
    DockerClient client = null;
    try {
      client = client(address.config(), responseTimeout); // reads certificates
      client.pingCmd().exec();
      return client;
    } catch (RuntimeException e) {
      if (client != null) {
        try {
          client.close();
        } catch (IOException closing) {
          e.addSuppressed(closing);
        }
      }
      throw new IllegalStateException(
          "no engine answers at " + address + ": " + EngineAddress.reason(e), e);
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
    return address().uri();
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
    EngineAddress address = address();
    return address.isDefault() ? "" : address.uri().toString();
  }

  @Override
  public @Nullable String troubleOfSearch() {
    return null;
  }
}
