package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import java.util.Map;

/**
 * A container that {@link ContainerLauncher} started.
 *
 * @since 0.1.0
 */
public final class LaunchedContainer implements AutoCloseable {

  private final DockerClient client;
  private final String id;
  private final Map<Integer, PublishedPort> ports;
  private final PortAllocator allocator;

  LaunchedContainer(
      DockerClient client, String id, Map<Integer, PublishedPort> ports, PortAllocator allocator) {
    this.client = client;
    this.id = id;
    this.ports = ports;
    this.allocator = allocator;
  }

  /**
   * Returns the container's id, as the engine gave it.
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
   * @return the port, in the hands of the container
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

  Started started() {
    return new StartedContainer(client, id);
  }

  void remove() {
    try {
      client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
    } catch (NotFoundException | ConflictException gone) {
      // somebody else removed it, or is about to: that is what we want
    }
  }

  /**
   * Kills and removes the container with its anonymous volumes, and releases its ports. Closing it
   * again does nothing.
   */
  @Override
  public void close() {
    try {
      remove();
    } finally {
      allocator.close();
    }
  }
}
