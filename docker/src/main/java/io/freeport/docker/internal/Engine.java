package io.freeport.docker.internal;

import com.github.dockerjava.api.DockerClient;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * The Docker engine of this JVM: the one that an {@link EngineProvider} finds, such as that of
 * Testcontainers; without a provider, the one that docker-java finds.
 */
public final class Engine {

  private static final String UNIX = "unix://";
  private static final Path DEFAULT_SOCKET = Path.of("/var/run/docker.sock");

  private static final EngineProvider PROVIDER = provider();

  private Engine() {}

  /**
   * Without a method reference: it would load docker-java-core, which Testcontainers does not
   * bring.
   */
  private static EngineProvider provider() {
    Iterator<EngineProvider> providers =
        ServiceLoader.load(EngineProvider.class, Engine.class.getClassLoader()).iterator();
    return providers.hasNext() ? providers.next() : new DockerJavaEngine();
  }

  /**
   * Returns a new client, to be closed by the caller.
   *
   * @throws IllegalStateException if no engine answers; at once, when that is known
   */
  public static DockerClient connect() {
    return PROVIDER.connect();
  }

  /** Returns a client that waits for answers without a limit, as a stream needs it. */
  public static DockerClient connectEndless() {
    return PROVIDER.connectEndless();
  }

  /** Returns where the engine is; throws the same as {@link #connect()}, if none answers. */
  public static URI uri() {
    return PROVIDER.uri();
  }

  /** Returns what {@link EngineProvider#addressWithoutClient()} does. */
  public static @Nullable String addressWithoutClient() {
    return PROVIDER.addressWithoutClient();
  }

  /** Throws the same as {@link #connect()}, if no engine answers. */
  public static void requireAnswer() {
    PROVIDER.requireAnswer();
  }

  /**
   * Returns what seems to be wrong with an engine that does not answer, as a clause; null if there
   * is no sign that there should be one.
   */
  public static @Nullable String trouble() {
    String host;
    try {
      host = PROVIDER.configuredHost();
    } catch (IllegalArgumentException unreadable) {
      return unreadable.getMessage();
    }
    if (!host.isEmpty() && !host.startsWith(UNIX)) {
      return "the Docker engine at " + host + " does not answer";
    }
    Path socket = host.isEmpty() ? DEFAULT_SOCKET : Path.of(host.substring(UNIX.length()));
    if (!Files.exists(socket)) {
      return host.isEmpty()
          ? PROVIDER.troubleOfSearch()
          : "there is no " + socket + ", where the Docker engine should be";
    }
    return Files.isWritable(socket)
        ? "the Docker engine at " + socket + " does not answer"
        : "this user may not write to " + socket + ", so the Docker engine cannot be asked";
  }
}
