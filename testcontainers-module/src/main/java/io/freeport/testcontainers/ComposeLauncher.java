package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortState;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.EnginePorts;
import io.freeport.docker.internal.PublishedPort;
import io.freeport.docker.internal.lease.LeaseKeeper;
import io.freeport.docker.reaper.ReapBeforeTests;
import io.freeport.internal.handoff.ConflictRetry;
import java.io.File;
import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ComposeContainer;

/**
 * Starts Docker Compose projects on held ports, by Testcontainers' {@link ComposeContainer}. The
 * compose file publishes a port by a variable:
 *
 * <pre>{@code
 * services:
 *   db:
 *     image: postgres:15
 *     ports: ["127.0.0.1:${DB_PORT}:5432"]
 * }</pre>
 *
 * <pre>{@code
 * try (LaunchedCompose compose =
 *     ComposeLauncher.of(ComposeContainer::new, new File("compose.yaml")).port("DB_PORT").start()) {
 *   connectTo("127.0.0.1", compose.port("DB_PORT").number());
 * }
 * }</pre>
 *
 * <p>The ports are held until the services listen, and beyond, as by {@link ContainerPorts}. If
 * another process has one, which can happen where the engine does not bind beside a hold, the
 * project is taken down and started again with other numbers, up to {@code freeport.retries} times.
 * Other failures are thrown as they are.
 *
 * <p>The services carry a label with their owner. If this JVM is killed, the reaper of a later test
 * run recognises them by this label. The launcher writes a further compose file for it, so Compose
 * runs on this host, not in a container: the launcher tells Testcontainers 1 so; with
 * Testcontainers 2, name no image of Compose.
 *
 * <p><strong>Threads.</strong> A launcher is for one thread at a time.
 *
 * @since 0.1.0
 */
public final class ComposeLauncher {

  private final Function<List<File>, ComposeContainer> factory;
  private final List<File> files;
  private final DockerContext context;
  private final PortAllocator allocator;
  private final Map<String, PublishedPort> ports = new LinkedHashMap<>();
  private boolean started;

  private ComposeLauncher(
      Function<List<File>, ComposeContainer> factory, List<File> files, DockerContext context) {
    this.factory = factory;
    this.files = files;
    this.context = context;
    this.allocator = PortAllocator.builder(context.settings()).build();
  }

  /**
   * Returns a launcher for a project.
   *
   * @param factory makes the container object for a list of compose files, and says what it waits
   *     for; it is called again for another attempt, since a stopped one cannot be used again
   * @param files the project's compose files
   * @return a launcher that holds nothing yet
   */
  public static ComposeLauncher of(Function<List<File>, ComposeContainer> factory, File... files) {
    if (files.length == 0) {
      throw new IllegalArgumentException("Name at least one compose file.");
    }
    return new ComposeLauncher(factory, List.of(files), DockerContext.ofThisJvm());
  }

  /**
   * Holds a port from now on, for a variable of the compose files. It is released by {@link
   * LaunchedCompose#close()}, or if the start fails.
   *
   * @param variable the name of the variable that stands for the port of this host
   * @return this
   * @throws io.freeport.PortUnavailableException if there is no free port
   */
  public ComposeLauncher port(String variable) {
    checkUnused(variable);
    return add(variable, allocator.hold(variable));
  }

  /**
   * Uses a port that is held already, for example by {@code @FreePort}.
   *
   * @param variable the name of the variable that stands for the port of this host
   * @param port remains the property of its holder
   * @return this
   */
  public ComposeLauncher port(String variable, HeldPort port) {
    checkUnused(variable);
    if (port.state() == PortState.RELEASED) {
      throw new IllegalArgumentException(
          port + " cannot be used for ${" + variable + "}. Hold another one.");
    }
    return add(variable, port);
  }

  private void checkUnused(String variable) {
    if (ports.containsKey(variable)) {
      throw new IllegalArgumentException(
          "${" + variable + "} has a port already. Name each variable once.");
    }
  }

  private ComposeLauncher add(String variable, HeldPort port) {
    ports.put(variable, new PublishedPort(PublishedPort.SAME, port));
    return this;
  }

  /**
   * Starts the project. When this returns, the services are ready, as far as the container object
   * was told to wait for them, and the engine listens on the ports.
   *
   * @return the running project, to be closed by the caller
   * @throws org.testcontainers.containers.ContainerLaunchException if Compose fails; nothing is
   *     left then
   * @throws io.freeport.PortHandoffException if no service publishes one of the ports
   * @throws IllegalArgumentException if the factory makes a container object with an image of
   *     Compose, with the versions of Testcontainers that are known to work
   * @throws IllegalStateException if the compose files cannot be read, or this launcher has started
   *     its project already
   */
  public LaunchedCompose start() {
    if (started) {
      throw new IllegalStateException(
          "This launcher has started its project already, on "
              + numbers()
              + ". Make another launcher: each holds ports for one project.");
    }
    started = true;
    try {
      DockerClient client = DockerClientFactory.instance().client();
      EnginePorts enginePorts =
          new EnginePorts(
              ports.values(),
              context.engine(),
              DockerClientFactory.instance().dockerHostIpAddress(),
              allocator.handoffMode(),
              context.containers());
      return enginePorts.retry(new Attempt(client, enginePorts));
    } catch (Throwable e) {
      allocator.close();
      throw e;
    }
  }

  private final class Attempt implements ConflictRetry.Attempt<LaunchedCompose, RuntimeException> {

    private final DockerClient client;
    private final EnginePorts enginePorts;
    private @Nullable RuntimeException conflict;

    Attempt(DockerClient client, EnginePorts enginePorts) {
      this.client = client;
      this.enginePorts = enginePorts;
    }

    @Override
    public LaunchedCompose start() {
      ReapBeforeTests.awaitOrRun();
      ComposeProject project = ComposeProject.of(files, numbers(), client, context.owners());
      ComposeContainer container = containerFor(project);
      conflict = null;
      try {
        enginePorts.command(client.pingCmd()::exec); // Compose waits for an engine for ever
        try {
          enginePorts.start(container::start, project);
          LeaseKeeper.begin(context, project.anImage());
          return new LaunchedCompose(container, project, enginePorts, ports, allocator);
        } catch (RuntimeException failure) {
          conflict = conflict(project, enginePorts, failure);
          throw failure;
        }
      } catch (Throwable e) {
        LaunchedCompose.takeDown(container, project, e);
        throw e;
      }
    }

    @Override
    public boolean isConflict(Exception failure) {
      return conflict != null && enginePorts.isConflict(conflict);
    }

    @Override
    public void changeNumbers(Exception failure) {
      enginePorts.changeNumbers(conflict == null ? failure : conflict);
    }
  }

  /** Adds what the engine said to the failure, which does not tell it. */
  static @Nullable RuntimeException conflict(
      ComposeProject project, EnginePorts enginePorts, RuntimeException failure) {
    try {
      RuntimeException conflict = enginePorts.command(project::conflict);
      if (conflict != null) {
        failure.addSuppressed(conflict);
      }
      return conflict;
    } catch (RuntimeException cannotTell) {
      failure.addSuppressed(cannotTell);
      return null;
    }
  }

  private ComposeContainer containerFor(ComposeProject project) {
    try {
      return onThisHost(factory.apply(project.files())).withEnv(numbers());
    } catch (Throwable e) {
      project.deleteLabels();
      throw e;
    }
  }

  /** A container object of Testcontainers 1 has to be told; of 2, the constructor decides. */
  private static ComposeContainer onThisHost(ComposeContainer container) {
    try {
      ComposeContainer.class.getMethod("withLocalCompose", boolean.class).invoke(container, true);
      return container;
    } catch (NoSuchMethodException decidedAlready) {
      if (isInContainer(container)) {
        throw new IllegalArgumentException(
            "The factory makes a ComposeContainer that runs Compose in a container, where the files of this launcher are not. Leave out"
                + " the image of Compose: new ComposeContainer(files).");
      }
      return container;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "This version of Testcontainers is not supported. Known to work are 1.21.4 and 2.0.5.",
          e);
    }
  }

  private static boolean isInContainer(ComposeContainer container) {
    try {
      Field isLocal = ComposeContainer.class.getDeclaredField("localCompose");
      isLocal.setAccessible(true);
      return !isLocal.getBoolean(container);
    } catch (ReflectiveOperationException | RuntimeException cannotTell) {
      return false; // its own failure has to do
    }
  }

  private Map<String, String> numbers() {
    Map<String, String> numbers = new LinkedHashMap<>();
    ports.forEach((variable, port) -> numbers.put(variable, "" + port.port().number()));
    return numbers;
  }
}
