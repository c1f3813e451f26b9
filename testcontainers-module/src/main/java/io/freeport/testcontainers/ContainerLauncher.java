package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.OwnerRegistry;
import io.freeport.PortAllocator;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Starts containers by docker-java, on held ports.
 *
 * <pre>{@code
 * ContainerLauncher launcher = ContainerLauncher.using(dockerClient);
 * try (LaunchedContainer redis = launcher.start(dockerClient.createContainerCmd("redis:7.0"), 6379)) {
 *   connectTo("127.0.0.1", redis.port(6379).number());
 * }
 * }</pre>
 *
 * <p>The engine must be on this host, in this network namespace. Ports are published on 127.0.0.1.
 * The container carries a label with its owner, by which the reaper of a later test run recognises
 * it if this JVM is killed.
 *
 * <p><strong>Threads.</strong> As safe as the docker-java client, which may be used by many
 * threads.
 *
 * @since 0.1.0
 */
public final class ContainerLauncher {

  private static final Duration BIND_TIMEOUT = Duration.ofSeconds(5);

  private final DockerClient client;

  private ContainerLauncher(DockerClient client) {
    this.client = client;
  }

  /**
   * Returns a launcher that uses a client.
   *
   * @param client stays the caller's, to be closed by it
   * @return a launcher; it holds nothing itself
   */
  public static ContainerLauncher using(DockerClient client) {
    return new ContainerLauncher(client);
  }

  /**
   * Creates and starts a container. When this returns, the engine listens on the ports; the service
   * in the container may not yet.
   *
   * @param create what to start; its bindings of other ports and its labels stay as they are
   * @param containerPorts the TCP ports of the container to publish, from 1 to 65535
   * @return the running container, to be closed by the caller
   * @throws IllegalArgumentException if one of the ports is not a port number, or is there twice
   * @throws io.freeport.PortUnavailableException if there are no free ports
   * @throws io.freeport.PortHandoffException if the engine started the container but does not
   *     listen on this host
   * @throws com.github.dockerjava.api.exception.DockerException if the engine refuses; no container
   *     and no hold is left then
   */
  public LaunchedContainer start(CreateContainerCmd create, int... containerPorts) {
    PortAllocator allocator = PortAllocator.create();
    try {
      Map<Integer, PublishedPort> ports = hold(allocator, containerPorts);
      ports.values().forEach(port -> port.applyTo(create, "127.0.0.1"));
      Labels.addTo(create, OwnerRegistry.ofThisJvm().self());
      LaunchedContainer container =
          new LaunchedContainer(client, create.exec().getId(), ports, allocator);
      try {
        ports.values().forEach(port -> port.port().offer());
        client.startContainerCmd(container.id()).exec();
        ports.values().forEach(port -> port.port().awaitTaken(BIND_TIMEOUT));
        return container;
      } catch (Throwable e) {
        closeAfter(e, container);
        throw e;
      }
    } catch (Throwable e) {
      allocator.close();
      throw e;
    }
  }

  private static Map<Integer, PublishedPort> hold(PortAllocator allocator, int... containerPorts) {
    Map<Integer, PublishedPort> ports = new LinkedHashMap<>();
    for (int containerPort : containerPorts) {
      PublishedPort.checkContainerPort(containerPort);
      if (ports.containsKey(containerPort)) {
        throw new IllegalArgumentException(
            "Container port " + containerPort + " is to be published twice. Name it once.");
      }
      ports.put(
          containerPort,
          new PublishedPort(containerPort, allocator.hold("container:" + containerPort)));
    }
    return ports;
  }

  private static void closeAfter(Throwable failure, LaunchedContainer container) {
    try {
      container.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
