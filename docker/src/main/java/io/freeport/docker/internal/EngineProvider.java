package io.freeport.docker.internal;

import com.github.dockerjava.api.DockerClient;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Finds the Docker engine of this JVM. Modules provide one by {@link java.util.ServiceLoader}. */
public interface EngineProvider {

  /**
   * Returns a new client, to be closed by the caller.
   *
   * @throws IllegalStateException if no engine answers
   */
  DockerClient connect();

  /**
   * Returns a new client that waits for answers without a limit, to be closed by the caller.
   *
   * @throws IllegalStateException if no engine answers
   */
  DockerClient connectEndless();

  /**
   * Returns where the engine is.
   *
   * @throws IllegalStateException if the provider asks the engine, and it does not answer
   */
  URI uri();

  /**
   * Returns if the engine answers.
   *
   * @throws IllegalStateException if no engine answers
   */
  void requireAnswer();

  /**
   * Returns the address that the configuration names; empty if it names none.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  String configuredHost();

  /**
   * Returns where the engine is, without loading a client.
   *
   * @return the address of an engine that accepts connections; an empty string if nothing shows
   *     that this machine uses an engine; null if only a client can find out
   */
  default @Nullable String addressWithoutClient() {
    return null;
  }

  /** Returns what may be wrong if no address is configured, as a clause; null if nothing is. */
  @Nullable String troubleOfSearch();
}
