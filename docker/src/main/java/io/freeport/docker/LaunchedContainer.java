package io.freeport.docker;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.docker.internal.ContainerStarter;
import io.freeport.docker.internal.PublishedPort;
import java.util.Map;

/**
 * A container that {@link ContainerLauncher} started.
 *
 * @since 0.1.0
 */
public final class LaunchedContainer implements AutoCloseable {

  private final ContainerStarter starter;
  private final String id;
  private final Map<Integer, PublishedPort> ports;
  private final PortAllocator allocator;

  LaunchedContainer(
      ContainerStarter starter,
      String id,
      Map<Integer, PublishedPort> ports,
      PortAllocator allocator) {
    this.starter = starter;
    this.id = id;
    this.ports = ports;
    this.allocator = allocator;
  }

  /**
   * Returns the container's id, as given by the engine.
   *
   * @return the full id
   */
  public String id() {
    return id;
  }

  /**
   * Returns the port of this host on which a container port is published.
   *
   * @param containerPort one of the ports that the container was started with
   * @return the port, on which the engine listens
   * @throws IllegalArgumentException if the container port is not published
   */
  public HeldPort port(int containerPort) {
    return published(containerPort, ports);
  }

  static HeldPort published(int containerPort, Map<Integer, PublishedPort> ports) {
    PublishedPort port = ports.get(containerPort);
    if (port == null) {
      throw new IllegalArgumentException(
          "Container port "
              + containerPort
              + " is not published. Published are "
              + ports.keySet()
              + ".");
    }
    return port.port();
  }

  /**
   * Kills and removes the container with its anonymous volumes, and releases its ports. Closing it
   * again does nothing.
   *
   * @throws io.freeport.PortHandoffException if the engine has vanished, or does not answer within
   *     {@code freeport.container.timeout}; the ports are released in any case
   */
  @Override
  public void close() {
    try {
      starter.remove(id);
    } finally {
      allocator.close();
    }
  }
}
