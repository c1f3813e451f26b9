package io.freeport.testcontainers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.CreateContainerResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.testcontainers.utility.ResourceReaper;

/**
 * Passes the stops that Testcontainers itself commands to the interceptors of the containers.
 * {@link org.testcontainers.containers.GenericContainer#stop()} leaves them to one {@link
 * ResourceReaper}, which has a client of its own.
 */
final class StopsByTestcontainers implements DockerClientProxy.Interceptor {

  /** Whose stops are watched. */
  interface Container {

    /** Returns whether an id, the start of one, or a name is that of the container. */
    boolean isThis(String idOrName);

    /** Runs in place of a command that stops, kills or removes the container. */
    void stop(@Nullable String id, boolean isCertain, Runnable command);
  }

  private static final Logger LOGGER = System.getLogger(StopsByTestcontainers.class.getName());

  /** Those of containers that are no longer used vanish. Guarded by itself. */
  private static final Set<Container> CONTAINERS = Collections.newSetFromMap(new WeakHashMap<>());

  private static boolean isInstalled; // guarded by CONTAINERS

  private StopsByTestcontainers() {}

  /** Has a container told of its stops. */
  static void watch(Container container) {
    synchronized (CONTAINERS) {
      CONTAINERS.add(container);
      if (!isInstalled) {
        isInstalled = true;
        install();
      }
    }
  }

  private static void install() {
    try {
      DockerClientProxy.install(
          ResourceReaper.class, ResourceReaper.instance(), new StopsByTestcontainers());
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOGGER.log(
          Level.INFO,
          "This version of Testcontainers does not show its stops: the ports of a container that it has stopped are open to servers"
              + " that ask for their numbers",
          e);
    }
  }

  private static List<Container> containers() {
    synchronized (CONTAINERS) {
      return List.copyOf(CONTAINERS);
    }
  }

  @Override
  public void stop(@Nullable String id, boolean isCertain, Runnable command) {
    for (Container container : containers()) {
      if (id != null && container.isThis(id)) {
        container.stop(id, isCertain, command);
        return;
      }
    }
    command.run();
  }

  @Override
  public void start(@Nullable String id, Runnable command) {
    command.run();
  }

  @Override
  public CreateContainerResponse create(
      CreateContainerCmd create, Callable<CreateContainerResponse> command) throws Exception {
    return command.call();
  }
}
