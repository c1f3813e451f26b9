package io.freeport.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.HeldPort;
import io.freeport.LeakPolicy;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.build.BuildShare;
import io.freeport.docker.internal.ContainerStarter;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineCall;
import io.freeport.docker.internal.EnginePorts;
import io.freeport.docker.internal.EngineStrategy;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.PublishedPort;
import io.freeport.docker.internal.SingleContainer;
import io.freeport.docker.reaper.ReapBeforeTests;
import io.freeport.internal.owner.Owner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One container for all modules and forks of a build: the first JVM that asks for it starts it, the
 * last one that closes it, or ends, removes it.
 *
 * <pre>{@code
 * static final BuildContainer DATABASE =
 *     BuildContainer.of("database", "postgres:15", 5432)
 *         .with(create -> create.withEnv("POSTGRES_PASSWORD=secret"))
 *         .readyWhen(port -> canConnect(port))
 *         .start();
 * }</pre>
 *
 * <p>JVMs that were killed do not count. If the last user is killed, or the first one while it
 * starts the container, the next JVM of the build that asks for the container removes what is left.
 * After the build, the reaper of any later test run removes it: its label names the build's process
 * as its owner.
 *
 * <p>If nobody uses the container between two modules, it is removed, and started anew for the
 * second one.
 *
 * <p>It is started without Testcontainers, which would remove it with the JVM that started it. The
 * engine must be on this host, in this network namespace.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread.
 *
 * @since 0.1.0
 */
public final class BuildContainer implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final BuildShare share;
  private final String id;
  private final int port;

  /** Leaves the container when the JVM ends, if {@link #close()} has not been called before. */
  private final Thread closer = new Thread(this::leave, "freeport-build");

  private BuildContainer(BuildShare share) {
    this.share = share;
    String[] words = share.description().split(" ", 2);
    this.id = words[0];
    this.port = Integer.parseInt(words[1]);
  }

  /**
   * Describes a container.
   *
   * @param name the same in all modules and forks that want the same container
   * @param image what to start
   * @param containerPort the TCP port on which the service listens in the container, from 1 to
   *     65535
   * @return a builder
   */
  public static Builder of(String name, String image, int containerPort) {
    return new Builder(name, image, containerPort);
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
   * Returns the port of 127.0.0.1 on which the container's port is published.
   *
   * @return the number; the same in all JVMs of the build
   */
  public int port() {
    return port;
  }

  /** Removes the container if nobody else uses it. Closing it again does nothing. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(closer);
    } catch (IllegalStateException jvmEndsAlready) {
      // the hook may leave, too: doing it twice is harmless
    }
    leave();
  }

  private void leave() {
    share.close();
  }

  /**
   * Builds a {@link BuildContainer}. Use the same values in all JVMs: those of the first one count.
   *
   * @since 0.1.0
   */
  public static final class Builder {

    private final String name;
    private final String image;
    private final int containerPort;
    private PortRequest request;
    private @Nullable HeldPort held;
    private UnaryOperator<CreateContainerCmd> change = create -> create;
    private IntPredicate ready = port -> true;
    private Duration timeout = Duration.ofMinutes(1);

    private Builder(String name, String image, int containerPort) {
      PublishedPort.checkContainerPort(containerPort);
      this.name = name;
      this.image = image;
      this.containerPort = containerPort;
      this.request = PortRequest.named(name).build();
    }

    /**
     * Requests a port of this host. Without this call any free port is used.
     *
     * @param request for one TCP port
     * @return this
     */
    public Builder on(PortRequest request) {
      this.request = request;
      this.held = null;
      return this;
    }

    /**
     * Uses a port of this host that is held already, such as that of a service of a plan with
     * {@code scope: build}, which is the same in all JVMs of the build. If another process has such
     * a port, the start fails; any other port is exchanged, as by {@link ContainerLauncher}.
     *
     * @param port is offered to the container; it remains the caller's
     * @return this
     */
    public Builder on(HeldPort port) {
      this.held = port;
      return this;
    }

    /**
     * Changes the command that creates the container.
     *
     * @param change gets the command with the image, and returns the command to use
     * @return this
     */
    public Builder with(UnaryOperator<CreateContainerCmd> change) {
      this.change = change;
      return this;
    }

    /**
     * Waits until the service is ready. Without this call {@link #start()} does not wait.
     *
     * @param ready is called with the port until it returns true
     * @return this
     */
    public Builder readyWhen(IntPredicate ready) {
      this.ready = ready;
      return this;
    }

    /**
     * Sets how long the service may take to get ready; one minute by default.
     *
     * @param timeout not negative
     * @return this
     */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /**
     * Starts the container, or joins its users. It is closed at the latest when the JVM ends.
     *
     * @return the running container
     * @throws IllegalStateException if no engine answers, or the service does not get ready
     * @throws io.freeport.PortUnavailableException if there is no free port
     * @throws io.freeport.PortHandoffException if the engine vanishes, or does not answer within
     *     {@code freeport.container.timeout}
     * @throws com.github.dockerjava.api.exception.DockerException if the engine refuses
     */
    public BuildContainer start() {
      DockerContext context = DockerContext.ofThisJvm();
      Shared shared = new Shared(this, context);
      BuildContainer container =
          new BuildContainer(BuildShare.join("container:" + name, shared, context.settings()));
      try {
        Runtime.getRuntime().addShutdownHook(container.closer);
        return container;
      } catch (IllegalStateException jvmEndsAlready) {
        container.close();
        throw jvmEndsAlready;
      }
    }
  }

  /** Later users may be other JVMs: all they know is the description. */
  private record Shared(Builder builder, DockerContext context) implements BuildShare.Resource {

    @Override
    public String start(Owner build, Consumer<String> begun) {
      // The container outlives this hold, as it should.
      try (DockerClient client = Engine.connect();
          PortAllocator allocator =
              PortAllocator.builder(context.settings()).leaks(LeakPolicy.IGNORE).build()) {
        HeldPort port = builder.held == null ? allocator.hold(builder.request) : builder.held;
        ContainerStarter starter = new ContainerStarter(client, enginePorts(port, allocator));
        String id =
            starter.run(
                () -> create(client, build), created -> begun.accept(describe(created, port)));
        try {
          awaitReady(port.number());
        } catch (Throwable e) {
          starter.removeAfter(e, id);
          throw e;
        }
        return describe(id, port);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private EnginePorts enginePorts(HeldPort port, PortAllocator allocator) {
      return new EnginePorts(
          List.of(new PublishedPort(builder.containerPort, port)),
          context.engine(),
          EngineStrategy.LOCALHOST,
          allocator.handoffMode(),
          context.containers());
    }

    private CreateContainerCmd create(DockerClient client, Owner build) {
      ReapBeforeTests.awaitOrRun();
      CreateContainerCmd create = builder.change.apply(client.createContainerCmd(builder.image));
      Labels.addTo(create, build);
      return create;
    }

    private void awaitReady(int port) {
      long start = System.nanoTime();
      while (!builder.ready.test(port)) {
        if (Thread.currentThread().isInterrupted()) {
          throw new IllegalStateException(
              "Interrupted while container \"" + builder.name + "\" got ready on port " + port);
        }
        if (System.nanoTime() - start > builder.timeout.toNanos()) {
          throw new IllegalStateException(
              "Container \""
                  + builder.name
                  + "\" ("
                  + builder.image
                  + ") was not ready on port "
                  + port
                  + " within "
                  + builder.timeout.toSeconds()
                  + " s. Look at what it prints, or give it more time: timeout(...).");
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }

    @Override
    public boolean isUsable(String description) {
      return ask(description, "looked at", SingleContainer::isRunning);
    }

    @Override
    public void stop(String description) {
      ask(
          description,
          "removed",
          container -> {
            container.remove();
            return true;
          });
    }

    /** Other users who join or leave wait for this, so the engine has limited time. */
    private <T> T ask(String description, String what, Function<SingleContainer, T> command) {
      String[] words = description.split(" ", 2);
      try (DockerClient client = Engine.connect()) {
        return EngineCall.run(
            () -> command.apply(new SingleContainer(client, words[0])),
            context.containers().timeout(),
            context.engine().engineName(),
            "Container \"" + builder.name + "\" on port " + words[1] + " was to be " + what);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String describe(String id, HeldPort port) {
      return id + " " + port.number();
    }
  }
}
