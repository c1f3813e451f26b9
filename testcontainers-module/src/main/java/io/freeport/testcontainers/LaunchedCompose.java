package io.freeport.testcontainers;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.docker.internal.EnginePorts;
import io.freeport.docker.internal.PublishedPort;
import java.util.Map;
import org.testcontainers.containers.ComposeContainer;

/**
 * A Docker Compose project that {@link ComposeLauncher} started.
 *
 * @since 0.1.0
 */
public final class LaunchedCompose implements AutoCloseable {

  private final ComposeContainer container;
  private final ComposeProject project;
  private final EnginePorts enginePorts;
  private final Map<String, PublishedPort> ports;
  private final PortAllocator allocator;
  private boolean closed; // guarded by this

  LaunchedCompose(
      ComposeContainer container,
      ComposeProject project,
      EnginePorts enginePorts,
      Map<String, PublishedPort> ports,
      PortAllocator allocator) {
    this.container = container;
    this.project = project;
    this.enginePorts = enginePorts;
    this.ports = ports;
    this.allocator = allocator;
  }

  /**
   * Returns Testcontainers' object.
   *
   * @return what the launcher's factory made, started
   */
  public ComposeContainer container() {
    return container;
  }

  /**
   * Returns the port that a variable stands for.
   *
   * @param variable one of those that the launcher was told
   * @return the port, on which the engine listens
   * @throws IllegalArgumentException if there is no port of that name
   */
  public HeldPort port(String variable) {
    PublishedPort port = ports.get(variable);
    if (port == null) {
      throw new IllegalArgumentException(
          "${" + variable + "} has no port. There are " + ports.keySet() + ".");
    }
    return port.port();
  }

  /**
   * Takes the project down, and releases the ports that the launcher held. The others are held
   * again by this JVM alone. Closing it again does nothing.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    try {
      enginePorts.stop(true, () -> takeDown(container, project), project);
    } finally {
      allocator.close();
    }
  }

  private static void takeDown(ComposeContainer container, ComposeProject project) {
    try {
      container.stop();
    } finally {
      project.removeLeftovers();
    }
  }

  /** After a failed start. */
  static void takeDown(ComposeContainer container, ComposeProject project, Throwable failure) {
    try {
      takeDown(container, project);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
