package io.freeport.docker.internal.lease;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineStrategy;
import io.freeport.internal.settings.SettingKeys;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether JVMs of this machine keep a lease, and why.
 *
 * @param reason a clause for messages
 */
public record LeaseNeed(boolean isThere, String reason) {

  /** What Docker and Podman put into containers. */
  private static final List<Path> SIGNS_OF_A_CONTAINER =
      List.of(Path.of("/.dockerenv"), Path.of("/run/.containerenv"));

  /**
   * Decides by the configuration, or by where the engine and this JVM are.
   *
   * @throws IllegalArgumentException if the configuration has an invalid value
   * @throws IllegalStateException if no engine answers
   */
  public static LeaseNeed of(DockerContext context) {
    LeaseMode mode = context.settings().choice(SettingKeys.LEASE, LeaseMode.AUTO);
    if (!context.containers().labels()) {
      return new LeaseNeed(false, "freeport.labels=off");
    }
    return switch (mode) {
      case ON -> new LeaseNeed(true, "freeport.lease=on");
      case OFF -> new LeaseNeed(false, "freeport.lease=off");
      case AUTO -> byPlaces(Engine.uri());
    };
  }

  /** Returns this need. At an engine whose leases are not reliable, there is none. */
  public LeaseNeed at(DockerClient client) {
    return !isThere || Lease.areReliable(client)
        ? this
        : new LeaseNeed(false, "with Podman, a lease does not tell whether its owner lives");
  }

  private static LeaseNeed byPlaces(URI engine) {
    if (!isOnThisHost(engine)) {
      return new LeaseNeed(true, "the engine at " + engine + " is not on this host");
    }
    return isInContainer()
        ? new LeaseNeed(true, "this is a container, and others may ask the same engine")
        : new LeaseNeed(false, "the engine is on this host, where owners are seen without one");
  }

  private static boolean isOnThisHost(URI engine) {
    return EngineStrategy.isLocalSocket(engine)
        || (engine.getHost() != null && EngineStrategy.isLoopback(engine.getHost()));
  }

  private static boolean isInContainer() {
    return SIGNS_OF_A_CONTAINER.stream().anyMatch(Files::exists)
        || System.getenv("KUBERNETES_SERVICE_HOST") != null;
  }
}
