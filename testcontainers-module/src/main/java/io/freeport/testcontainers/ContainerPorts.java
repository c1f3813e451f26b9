package io.freeport.testcontainers;

import io.freeport.HeldPort;
import org.testcontainers.containers.GenericContainer;

/**
 * Publishes container ports of Testcontainers' containers on held ports of this host.
 *
 * <pre>{@code
 * GenericContainer<?> redis = new GenericContainer<>("redis:7.0");
 * HeldPort port = ContainerPorts.publish(redis, 6379);
 * ... port.number() ...      // known before the start
 * redis.start();             // the engine binds it while it is held; then the hold is released
 * }</pre>
 *
 * <p>It works for every {@link GenericContainer}, subclasses of any module included, and needs no
 * other change to it. The port is published on 127.0.0.1 where Testcontainers reaches the engine
 * there, else on all addresses of the engine's host. A port on which another host's engine listens
 * cannot be held from here: then it is a suggestion, which that host may refuse.
 *
 * <p>Reusable containers ({@code withReuse(true)}, where the machine is set up for them) are
 * refused at their start: they outlive the hold. A container that is stopped and started again has
 * the same port; while it is down, nobody holds that port, unless the {@link
 * io.freeport.PortRequest} said {@link io.freeport.PortRequest.Builder#keep()}.
 *
 * <p>The container carries a label with its owner, by which the reaper of a later test run
 * recognises it if this JVM is killed.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread, for one container from
 * one thread at a time.
 *
 * @since 0.1.0
 */
public final class ContainerPorts {

  private ContainerPorts() {}

  /**
   * Publishes a container port on a port that is held from now on.
   *
   * @param container a container that has not been started yet
   * @param containerPort the TCP port on which the service listens in the container, from 1 to
   *     65535
   * @return the held port. It is released with the container object, when that is no longer used;
   *     close it to release it earlier, for example if the container is never started
   * @throws IllegalArgumentException if {@code containerPort} is not a port number, or is published
   *     already
   * @throws IllegalStateException if the container has been started
   * @throws io.freeport.PortUnavailableException if there is no free port
   */
  public static HeldPort publish(GenericContainer<?> container, int containerPort) {
    return Handoff.of(container).publish(containerPort);
  }

  /**
   * Publishes a container port on a port that is held already, for example by {@code @FreePort}.
   *
   * @param container a container that has not been started yet
   * @param containerPort the TCP port on which the service listens in the container, from 1 to
   *     65535
   * @param port the port of this host; it stays in the hands of whoever holds it, who must not
   *     release it before the start
   * @return {@code port}
   * @throws IllegalArgumentException if {@code containerPort} is not a port number, or one of the
   *     two is published already
   * @throws IllegalStateException if the container has been started, or the port was released
   */
  public static HeldPort publish(GenericContainer<?> container, int containerPort, HeldPort port) {
    return Handoff.of(container).publish(containerPort, port);
  }
}
