package io.freeport.docker.internal;

import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerContextMetaFile;
import io.freeport.internal.text.PrintableText;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where an engine is, and what says so.
 *
 * @param config the address, and how docker-java connects to it
 * @param origin what names the address: a variable, an option, a Docker context; {@code default} if
 *     nothing does
 * @param doubt why somebody may have meant another engine, as a clause; null if there is no sign
 */
public record EngineAddress(DockerClientConfig config, String origin, @Nullable String doubt) {

  private static final String DEFAULT = "default";

  /** No real chain of causes is as long; one that leads back into itself has to end somewhere. */
  private static final int LONGEST_CHAIN = 50;

  /** Docker's name for no context at all. */
  private static final String NO_CONTEXT = "default";

  /**
   * Returns an address that somebody has written. Certificates come from {@code DOCKER_TLS_VERIFY}
   * and {@code DOCKER_CERT_PATH}, and no file is read for it.
   *
   * @throws IllegalArgumentException if docker-java cannot connect to such an address
   */
  public static EngineAddress at(String address, String origin) {
    URI uri = parse(address);
    DefaultDockerClientConfig.Builder builder =
        new DefaultDockerClientConfig.Builder().withDockerHost(uri.toString());
    if (!EngineStrategy.isLocalSocket(uri)) {
      builder
          .withDockerTlsVerify(System.getenv(DefaultDockerClientConfig.DOCKER_TLS_VERIFY))
          .withDockerCertPath(System.getenv(DefaultDockerClientConfig.DOCKER_CERT_PATH));
    }
    return new EngineAddress(read("What DOCKER_CERT_PATH names", builder::build), origin, null);
  }

  /**
   * Returns the address that docker-java finds: that of {@code DOCKER_HOST}, of its properties
   * file, of the Docker context, or the default.
   *
   * @throws IllegalArgumentException if what names it cannot be read
   */
  static EngineAddress find() {
    String property = System.getProperty(DefaultDockerClientConfig.DOCKER_HOST);
    String variable = variable(DefaultDockerClientConfig.DOCKER_HOST);
    String origin =
        property != null
            ? "system property DOCKER_HOST"
            : variable != null ? "DOCKER_HOST" : "docker-java.properties";
    String host = property != null ? property : variable;
    if (host != null) {
      requireReadable(host, origin);
    }
    String configuration = "docker-java.properties";
    DefaultDockerClientConfig.Builder builder =
        read(configuration, DefaultDockerClientConfig::createDefaultConfigBuilder);
    configuration = "The Docker client's configuration (DOCKER_CONFIG, or ~/.docker)";
    if (builder.isDockerHostSetExplicitly()) {
      // Else docker-java connects to any address with the certificates of the current context.
      return readable(read(configuration, builder.withDockerContext(NO_CONTEXT)::build), origin);
    }
    return ofContext(read(configuration, builder::build));
  }

  private static EngineAddress ofContext(DefaultDockerClientConfig config) {
    String variable = variable(DefaultDockerClientConfig.DOCKER_CONTEXT);
    String context = variable != null ? variable : config.getDockerConfig().getCurrentContext();
    if (context == null || context.isEmpty() || context.equals(NO_CONTEXT)) {
      return new EngineAddress(config, DEFAULT, null);
    }
    File folder = new File(Objects.requireNonNull(config.getDockerConfigPath()));
    String named = "Docker context \"" + PrintableText.line(context) + "\"";
    String by = variable != null ? "DOCKER_CONTEXT" : new File(folder, "config.json").toString();
    boolean isThere =
        DockerContextMetaFile.resolveContextMetaFile(
                DockerClientConfig.getDefaultObjectMapper(), folder, context)
            .isPresent();
    return isThere
        ? readable(config, named + " of " + by)
        : new EngineAddress(
            config,
            DEFAULT,
            by + " names the " + named + ", and there is none in " + folder + "/contexts");
  }

  private static @Nullable String variable(String name) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? null : value;
  }

  private static <T> T read(String what, Supplier<T> configuration) {
    try {
      return configuration.get();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(what + " cannot be read: " + reason(e), e);
    }
  }

  /** Returns the message of a failure of docker-java, and of its cause if that says more. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; cause.getCause() != null && i < LONGEST_CHAIN; i++) {
      cause = cause.getCause();
    }
    String message = String.valueOf(failure.getMessage());
    String of = String.valueOf(cause.getMessage());
    return PrintableText.line(message.contains(of) ? message : message + ": " + of);
  }

  private static EngineAddress readable(DockerClientConfig config, String origin) {
    requireReadable(config.getDockerHost().toString(), origin);
    return new EngineAddress(config, origin, null);
  }

  private static void requireReadable(String address, String origin) {
    try {
      parse(address);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(origin + ": " + e.getMessage(), e);
    }
  }

  /** docker-java takes other addresses, too, and fails with an error that tells nothing. */
  private static URI parse(String address) {
    try {
      URI uri = new URI(address);
      boolean isFile =
          EngineStrategy.isLocalSocket(uri)
              && uri.getRawAuthority() == null
              && uri.getRawPath() != null;
      boolean isHost = "tcp".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0;
      if (isFile || isHost) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // it is told below what is expected
    }
    throw new IllegalArgumentException(
        "expected the address of a Docker engine, as unix:///var/run/docker.sock, tcp://localhost:2375 or npipe:////./pipe/docker_engine, but was \""
            + PrintableText.line(address)
            + "\"");
  }

  public URI uri() {
    return config.getDockerHost();
  }

  /** Returns whether nothing names the address. */
  boolean isDefault() {
    return origin.equals(DEFAULT);
  }

  /** Returns the address and its origin, for a message. */
  @Override
  public String toString() {
    return PrintableText.line(uri().toString()) + " (" + origin + ")";
  }
}
