package io.freeport.testcontainers;

import io.freeport.HeldPort;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;

/**
 * Publishes container ports of Testcontainers' containers on held ports of this host.
 *
 * <pre>{@code
 * GenericContainer<?> redis = new GenericContainer<>("redis:7.0");
 * HeldPort port = ContainerPorts.publish(redis, 6379);
 * ... port.number() ...      // known before the start
 * redis.start();             // the engine binds it while it is held
 * }</pre>
 *
 * <p>It works for every {@link GenericContainer}, subclasses of any module included, and needs no
 * other change to it. The port is published on 127.0.0.1 where Testcontainers reaches the engine
 * there, else on all addresses of the engine's host; a {@link io.freeport.PortRequest} with an
 * address, or the setting {@code freeport.container.address}, says otherwise.
 *
 * <p><strong>Conflicts.</strong> Where engine and test share a host, the engine binds the port
 * while it is held, so there are none. Otherwise (another host's engine, one that does not bind
 * beside a hold) somebody may have the port: then the container is created again with another
 * number, up to {@code freeport.retries} times. The {@link HeldPort} tells the new number, and what
 * was given to {@link #configure} runs again. Any other failure is not touched.
 *
 * <p><strong>Restarts.</strong> A container that is stopped and started again, or killed and
 * restarted, has the same port. After {@link GenericContainer#stop()}, or a stop, kill or removal
 * by {@link GenericContainer#getDockerClient()}, nobody else can bind the port until the container
 * is started in one of these ways. If it goes down otherwise, the hold stays open to the engine
 * where that binds beside it: nobody is given the port, but a server that asks for this number gets
 * it. Elsewhere somebody may take it in that time; then the start fails, since clients know the
 * number: with a {@link io.freeport.PortUnavailableException}, or with what the engine says if it
 * cannot be seen from here. The hold ends with the {@link HeldPort}.
 *
 * <p>Reusable containers ({@code withReuse(true)}, where the machine is set up for them) are
 * refused at their start: they outlive the hold.
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
   *     close it to release it earlier, for example if the container is never started. Its {@link
   *     HeldPort#number() number} may change in the start, if somebody has the port: do not copy it
   *     before, hand on {@code port::number}, and use {@link #configure} for what is built from it
   * @throws IllegalArgumentException if {@code containerPort} is not a port number, or is published
   *     already
   * @throws IllegalStateException if the container has been started
   * @throws io.freeport.PortUnavailableException if there is no free port
   */
  public static HeldPort publish(GenericContainer<?> container, int containerPort) {
    return StartInterceptor.of(container).publish(containerPort);
  }

  /**
   * Publishes a container port on a port that is held already, for example by {@code @FreePort}.
   *
   * @param container a container that has not been started yet
   * @param containerPort the port on which the service listens in the container, from 1 to 65535;
   *     of the protocol that {@code port} was asked for
   * @param port the port of this host; the caller still holds it, and must not release it before
   *     the start
   * @return {@code port}, whose number may change in the start, unless it was asked for strictly or
   *     {@code freeport.retries} is 0
   * @throws IllegalArgumentException if {@code containerPort} is not a port number, or one of the
   *     two is published already
   * @throws IllegalStateException if the container has been started, or the port was released
   */
  public static HeldPort publish(GenericContainer<?> container, int containerPort, HeldPort port) {
    checkInjected(port, "container port " + containerPort);
    return StartInterceptor.of(container).publish(containerPort, port);
  }

  /**
   * Publishes ports under the numbers that they have: port 21500 of the container on port 21500 of
   * the host. For servers that tell their clients the numbers that they themselves know, as an FTP
   * server does in passive mode. Wait strategies do not look at these ports, since nobody may
   * listen on them yet; tell the server its numbers by {@link #configure}.
   *
   * @param container a container that has not been started yet
   * @param ports for example a contiguous block; the caller still holds them
   * @throws IllegalArgumentException if one of them is published already
   * @throws IllegalStateException if the container has been started, or a port was released
   */
  public static void publishSame(GenericContainer<?> container, List<HeldPort> ports) {
    ports.forEach(port -> checkInjected(port, "ports of the same number"));
    StartInterceptor.of(container).publishSame(ports);
  }

  /**
   * Configures a container by the numbers of its ports: environment, command, advertised addresses.
   *
   * <pre>{@code
   * HeldPort port = ContainerPorts.publish(redis, 6379);
   * ContainerPorts.configure(redis, it -> it.withCommand("--cluster-announce-port " + port.number()));
   * }</pre>
   *
   * @param container a container that has not been started yet
   * @param configuration is run now, and again whenever the container is about to be created with
   *     other numbers; it should replace what it set before
   * @param <C> the container's type
   * @throws IllegalStateException if the container has been started
   */
  public static <C extends GenericContainer<?>> void configure(
      C container, Consumer<? super C> configuration) {
    StartInterceptor.of(container).configure(() -> configuration.accept(container));
  }

  /** A field without its value yet is null, whatever its type says. */
  private static void checkInjected(@Nullable HeldPort port, String what) {
    if (port == null) {
      throw new IllegalArgumentException(
          "There is no port yet for "
              + what
              + ": it is null. Fields that are @FreePort get their values after field initializers have run, and @Testcontainers may start"
              + " containers before that. Hold the port where the container is made (static final HeldPort PORT ="
              + " ContainerPorts.publish(CONTAINER, 6379)), or start the container in @BeforeAll or @BeforeEach, with a parameter that"
              + " is @FreePort.");
    }
  }
}
