package io.freeport.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.PortAllocator;
import io.freeport.docker.internal.ContainerStarter;
import io.freeport.docker.internal.EnginePorts;
import io.freeport.docker.internal.EngineStrategy;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.PublishedPort;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

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
 * <p>The engine is taken to be on this host, and ports are published on 127.0.0.1. For one on
 * another host set {@code freeport.container.handoff=arbiter} and {@code
 * freeport.container.address=*}: a client does not say where its engine is.
 *
 * <p><strong>Conflicts.</strong> If somebody has a port, as can happen where the engine does not
 * bind it beside its hold, the container is removed and created again with another number, up to
 * {@code freeport.retries} times. Any other failure is not touched.
 *
 * <p>What the starts show of how the engine takes ports is remembered by the launcher, so one for
 * all containers is quicker than one for each.
 *
 * <p>The container carries a label with its owner, by which the reaper of a later test run
 * recognises it if this JVM is killed, unless {@code freeport.labels=off}.
 *
 * <p><strong>Threads.</strong> As safe as the docker-java client, which may be used by many
 * threads.
 *
 * @since 0.1.0
 */
public final class ContainerLauncher {

  private final DockerClient client;
  private final EngineStrategy engine = new EngineStrategy(() -> "of the launcher's client");

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
   * @throws io.freeport.PortHandoffException if the engine vanishes, or does not answer the
   *     creation or the start within {@code freeport.container.timeout}, 2 minutes by default
   * @throws com.github.dockerjava.api.exception.DockerException if the engine refuses; no container
   *     and no hold is left then
   */
  public LaunchedContainer start(CreateContainerCmd create, int... containerPorts) {
    return start(anyNumbers -> create, containerPorts);
  }

  /**
   * Creates and starts a container whose configuration contains the numbers of its ports.
   *
   * <pre>{@code
   * launcher.start(
   *     ports -> docker.createContainerCmd("redis:7.0")
   *         .withCmd("--cluster-announce-port", "" + ports.applyAsInt(6379)),
   *     6379);
   * }</pre>
   *
   * @param create is given a function from the container's ports to those of the host, and returns
   *     what to start; it is called again if other numbers have to be taken
   * @param containerPorts the TCP ports of the container to publish, from 1 to 65535
   * @return the running container, to be closed by the caller
   * @throws IllegalArgumentException if one of the ports is not a port number, or is there twice
   * @throws io.freeport.PortUnavailableException if there are no free ports
   * @throws io.freeport.PortHandoffException if the engine vanishes, or does not answer the
   *     creation or the start within {@code freeport.container.timeout}, 2 minutes by default
   * @throws com.github.dockerjava.api.exception.DockerException if the engine refuses; no container
   *     and no hold is left then
   */
  public LaunchedContainer start(
      Function<IntUnaryOperator, CreateContainerCmd> create, int... containerPorts) {
    PortAllocator allocator = PortAllocator.create();
    try {
      Map<Integer, PublishedPort> ports = hold(allocator, containerPorts);
      ContainerStarter start =
          new ContainerStarter(
              client,
              new EnginePorts(
                  ports.values(), engine, EngineStrategy.HERE, allocator.handoffMode()));
      String id = start.run(() -> labelled(create.apply(port -> numberOf(port, ports))), any -> {});
      return new LaunchedContainer(start, id, ports, allocator);
    } catch (Throwable e) {
      allocator.close();
      throw e;
    }
  }

  private static CreateContainerCmd labelled(CreateContainerCmd create) {
    Labels.addOwnerTo(create);
    return create;
  }

  private static int numberOf(int containerPort, Map<Integer, PublishedPort> ports) {
    return LaunchedContainer.published(containerPort, ports).number();
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
}
