package io.freeport.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.PortAllocator;
import io.freeport.docker.internal.ContainerStarter;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.EnginePorts;
import io.freeport.docker.internal.EngineStrategy;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.PublishedPort;
import io.freeport.docker.internal.lease.LeaseKeeper;
import io.freeport.docker.reaper.ReapBeforeTests;
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
 * <p>The launcher assumes that the engine is on this host, and publishes ports on 127.0.0.1. For an
 * engine on another host set {@code freeport.container.handoff=remote} and {@code
 * freeport.container.address=*}: a client does not tell where its engine is.
 *
 * <p><strong>Conflicts.</strong> If another process has a port, which can happen where the engine
 * does not bind it beside its hold, the container is removed and created again with another number,
 * up to {@code freeport.retries} times. Other failures are thrown as they are.
 *
 * <p>The launcher remembers how its engine binds ports, so use one launcher for all containers.
 *
 * <p>The container carries a label with its owner, unless {@code freeport.labels=off}. If this JVM
 * is killed, the reaper of a later test run recognises the container by this label.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread, as far as the docker-java
 * client allows.
 *
 * @since 0.1.0
 */
public final class ContainerLauncher {

  private final DockerClient client;
  private final DockerContext context;
  private final EngineStrategy engine = new EngineStrategy(() -> "of the launcher's client");

  private ContainerLauncher(DockerClient client, DockerContext context) {
    this.client = client;
    this.context = context;
  }

  /**
   * Returns a launcher that uses a client.
   *
   * @param client stays the caller's, to be closed by it
   * @return a launcher; it holds nothing itself
   * @throws IllegalArgumentException if the configuration contains an unknown key
   */
  public static ContainerLauncher using(DockerClient client) {
    return new ContainerLauncher(client, DockerContext.ofThisJvm());
  }

  /**
   * Creates and starts a container. When this returns, the engine listens on the ports; the service
   * in the container may not yet.
   *
   * @param create what to start; its bindings of other ports and its labels stay as they are
   * @param containerPorts the TCP ports of the container to publish, from 1 to 65535
   * @return the running container, to be closed by the caller
   * @throws IllegalArgumentException if one of the ports is not a port number, or is there twice
   * @throws IllegalStateException if the command binds one of the ports to a number itself
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
   * @throws IllegalStateException if the command binds one of the ports to a number itself
   * @throws io.freeport.PortUnavailableException if there are no free ports
   * @throws io.freeport.PortHandoffException if the engine vanishes, or does not answer the
   *     creation or the start within {@code freeport.container.timeout}, 2 minutes by default
   * @throws com.github.dockerjava.api.exception.DockerException if the engine refuses; no container
   *     and no hold is left then
   */
  public LaunchedContainer start(
      Function<IntUnaryOperator, CreateContainerCmd> create, int... containerPorts) {
    PortAllocator allocator = PortAllocator.builder(context.settings()).build();
    try {
      Map<Integer, PublishedPort> ports = hold(allocator, containerPorts);
      ContainerStarter starter =
          new ContainerStarter(
              client,
              new EnginePorts(
                  ports.values(),
                  engine,
                  EngineStrategy.LOCALHOST,
                  allocator.handoffMode(),
                  context.containers()));
      String id =
          starter.run(() -> labelled(create.apply(port -> numberOf(port, ports))), any -> {});
      return new LaunchedContainer(starter, id, ports, allocator);
    } catch (Throwable e) {
      allocator.close();
      throw e;
    }
  }

  private CreateContainerCmd labelled(CreateContainerCmd create) {
    ReapBeforeTests.awaitOrRun();
    Labels.addOwnerTo(create, context);
    LeaseKeeper.begin(context, create.getImage());
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
