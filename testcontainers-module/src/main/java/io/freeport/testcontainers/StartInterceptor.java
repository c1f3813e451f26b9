package io.freeport.testcontainers;

import static java.util.stream.Collectors.joining;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.CreateContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse;
import io.freeport.HeldPort;
import io.freeport.LeakPolicy;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.docker.internal.Display;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.EnginePorts;
import io.freeport.docker.internal.PublishedPort;
import io.freeport.docker.internal.SingleContainer;
import io.freeport.internal.handoff.ConflictRetry;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.TestcontainersConfiguration;

/**
 * Intercepts one container's starts: enters its published ports into the create command, offers
 * them before the start command, and checks afterwards that the engine listens. And its stops:
 * holds the ports again, alone, until the next start.
 *
 * <p>After a port conflict the start is made again with other numbers, by a container that
 * Testcontainers itself creates: within the start command, {@link GenericContainer#start()} is
 * called once more. It configures, creates and fills the new container, and comes back here with
 * the start command of that one. Everything that follows on a start is left to the outer call. So
 * attempts because of ports do not count among the container's own, and other failures are passed
 * on as they are.
 */
final class StartInterceptor
    implements DockerClientProxy.Interceptor, StopsByTestcontainers.Container {

  private static final Cleaner CLEANER = Cleaner.create();

  private final GenericContainer<?> container;
  private final DockerContext context;
  private final PortAllocator allocator;
  private final List<PublishedPort> published = new ArrayList<>();
  private final List<Runnable> configurations = new ArrayList<>();

  /** The latest one; null before the first. */
  private @Nullable Creation creation;

  /** The start within a start command; null while there is none. */
  private @Nullable NestedStart nested;

  private boolean hasStartedOnce;

  /** A container that Testcontainers has created, or is about to create. */
  private static final class Creation {

    final CreateContainerCmd command;
    final EnginePorts ports;

    /** False if clients know the numbers from an earlier start of the same container object. */
    final boolean mayChangeNumbers;

    /** False until the first start command: later ones restart the same container. */
    boolean isStarted;

    Creation(CreateContainerCmd command, EnginePorts ports, boolean mayChangeNumbers) {
      this.command = command;
      this.ports = ports;
      this.mayChangeNumbers = mayChangeNumbers;
    }
  }

  /** A call of {@link GenericContainer#start()} that ends right after its start command. */
  private static final class NestedStart {

    final EnginePorts ports;
    @Nullable EndOfAttempt end;

    NestedStart(EnginePorts ports) {
      this.ports = ports;
    }
  }

  private StartInterceptor(
      GenericContainer<?> container, DockerContext context, PortAllocator allocator) {
    this.container = container;
    this.context = context;
    this.allocator = allocator;
  }

  /** Returns the interceptor of a container; installs one if it has none. */
  static StartInterceptor of(GenericContainer<?> container) {
    if (DockerClientProxy.interceptorOf(container) instanceof StartInterceptor existing) {
      return existing;
    }
    DockerContext context = DockerContext.ofThisJvm();
    PortAllocator allocator =
        PortAllocator.builder(context.settings()).leaks(LeakPolicy.IGNORE).build();
    StartInterceptor interceptor = new StartInterceptor(container, context, allocator);
    DockerClientProxy.install(container, interceptor);
    StopsByTestcontainers.watch(interceptor);
    container.withCreateContainerCmdModifier(interceptor::beforeCreate);
    // A container that never starts has no end at which its ports could be released.
    CLEANER.register(container, allocator::close);
    return interceptor;
  }

  HeldPort publish(int containerPort) {
    checkUnpublished(containerPort);
    return add(
        new PublishedPort(
            containerPort,
            allocator.hold(
                PortRequest.named(container.getClass().getSimpleName() + ":" + containerPort)
                    .build())));
  }

  HeldPort publish(int containerPort, HeldPort port) {
    checkUnpublished(containerPort);
    checkUsable(port);
    return add(new PublishedPort(containerPort, port));
  }

  void publishSame(List<HeldPort> ports) {
    checkNotStarted("publish ports");
    ports.forEach(this::checkUsable);
    if (Set.copyOf(ports).size() < ports.size()) {
      throw new IllegalArgumentException(
          "There is a port twice in " + ports + ". Publish each of them once.");
    }
    ports.forEach(port -> published.add(new PublishedPort(PublishedPort.SAME, port)));
  }

  void configure(Runnable configuration) {
    checkNotStarted("configure it by its ports");
    configurations.add(configuration);
    configuration.run();
  }

  private void checkUsable(HeldPort port) {
    if (port.state() == PortState.RELEASED) {
      throw new IllegalStateException(
          port
              + " cannot be published any more. Publish it before its scope ends, or hold another one.");
    }
    for (PublishedPort other : published) {
      if (other.port() == port) {
        throw new IllegalArgumentException(
            port
                + " is published already, for container port "
                + other.containerPort()
                + ". Hold another one.");
      }
    }
  }

  private void checkUnpublished(int containerPort) {
    PublishedPort.checkContainerPort(containerPort);
    checkNotStarted("publish container port " + containerPort);
    for (PublishedPort other : published) {
      if (other.containerPort() == containerPort) {
        throw new IllegalArgumentException(
            "Container port "
                + containerPort
                + " is published already, on "
                + other.port()
                + ". Use that one.");
      }
    }
  }

  private void checkNotStarted(String what) {
    if (container.getContainerId() != null) {
      throw new IllegalStateException(
          "Cannot "
              + what
              + ": the container has been started. The engine takes a container's ports when it is created, so do it before.");
    }
  }

  private HeldPort add(PublishedPort port) {
    published.add(port);
    if (port.port().request().protocol() != Protocol.UDP) {
      container.addExposedPort(port.containerPort()); // so wait strategies look at it
    }
    return port.port();
  }

  /** Runs for each attempt that Testcontainers makes. */
  private void beforeCreate(CreateContainerCmd command) {
    if (container.isShouldBeReused()
        && TestcontainersConfiguration.getInstance().environmentSupportsReuse()) {
      throw new IllegalStateException(
          "A reusable container outlives the test run, and a held port does not. Publish ports of containers without withReuse(true).");
    }
    creation = nested != null ? new Creation(command, nested.ports, true) : firstCreation(command);
    creation.ports.enterInto(command);
  }

  private Creation firstCreation(CreateContainerCmd command) {
    // After another attempt of the same start(), the container of that one is still known.
    boolean isRestart = hasStartedOnce && container.getContainerId() == null;
    return new Creation(
        command,
        new EnginePorts(
            published,
            context.engine(),
            container.getHost(),
            allocator.handoffMode(),
            context.containers()),
        !isRestart);
  }

  /** The same client may also create other containers. */
  @Override
  public CreateContainerResponse create(
      CreateContainerCmd create, Callable<CreateContainerResponse> command) throws Exception {
    Creation current = creation;
    if (current == null || create != current.command) {
      return command.call();
    }
    current.ports.checkEntered(create);
    return current.ports.command(command);
  }

  /** The same client may also start other containers. */
  @Override
  public void start(@Nullable String id, Runnable command) {
    Creation current = creation;
    if (current == null || id == null || !isThis(id)) {
      command.run();
      return;
    }
    EnginePorts ports = current.ports;
    SingleContainer started = new SingleContainer(container.getDockerClient(), id);
    if (current.isStarted && ports.command(started::isRunning)) {
      command.run(); // it has its ports; the engine says that it runs
      return;
    }
    boolean mayChangeNumbers = !current.isStarted && current.mayChangeNumbers;
    current.isStarted = true;
    Runnable start = () -> ports.start(() -> ports.command(Executors.callable(command)), started);
    if (nested != null) {
      nested.end = new EndOfAttempt(failureOf(start));
      throw nested.end;
    }
    ConflictRetry.run(
        mayChangeNumbers ? ports.retries() : 0, new StartOnOtherNumbers(ports, start));
    hasStartedOnce = true;
  }

  /** The same client may also stop other containers. */
  @Override
  public void stop(@Nullable String id, boolean isCertain, Runnable command) {
    Creation current = creation;
    if (current == null || id == null || !isThis(id)) {
      command.run();
      return;
    }
    current.ports.stop(
        isCertain,
        command,
        new SingleContainer(container.getDockerClient(), container.getContainerId()));
  }

  @Override
  public boolean isThis(String idOrName) {
    String id = container.getContainerId();
    InspectContainerResponse info = container.getContainerInfo();
    return id != null
        && (id.equals(idOrName)
            || (idOrName.length() >= Display.SHORT_ID && id.startsWith(idOrName))
            || (info != null && ("/" + idOrName).equals(info.getName())));
  }

  private static @Nullable RuntimeException failureOf(Runnable start) {
    try {
      start.run();
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  /** The first attempt is the start command at hand, each further one replaces the container. */
  private final class StartOnOtherNumbers
      implements ConflictRetry.Attempt<EnginePorts, RuntimeException> {

    private final EnginePorts ports;
    private final Runnable first;
    private @Nullable RuntimeException failure;

    StartOnOtherNumbers(EnginePorts ports, Runnable first) {
      this.ports = ports;
      this.first = first;
    }

    @Override
    public EnginePorts start() {
      failure = failure == null ? failureOf(first) : startAnother(ports, failure);
      if (failure != null) {
        throw failure;
      }
      return ports;
    }

    /** Whatever else fails on the way to a start command is not about a port. */
    @Override
    public boolean isConflict(Exception thrown) {
      return thrown == failure && ports.isConflict(thrown);
    }

    @Override
    public void changeNumbers(Exception conflict) {
      List<Integer> before = numbers();
      try {
        ports.changeNumbers(conflict);
      } finally {
        // One of several may have changed before another one could not.
        if (!numbers().equals(before)) {
          configurations.forEach(Runnable::run);
        }
      }
    }
  }

  private List<Integer> numbers() {
    return published.stream().map(each -> each.port().number()).toList();
  }

  /**
   * Replaces a container that was created and could not be started.
   *
   * @return the failure of the start command; null if it succeeded
   */
  private @Nullable RuntimeException startAnother(EnginePorts ports, RuntimeException conflict) {
    container.stop();
    NestedStart attempt = new NestedStart(ports);
    nested = attempt;
    try {
      container.start();
    } catch (Throwable e) {
      // A subclass may call super.start() in another thread, and throw what it makes of the end.
      if (attempt.end == null) {
        throw e;
      }
    } finally {
      nested = null;
      if (creation != null) {
        creation.isStarted = true;
      }
    }
    if (attempt.end == null) {
      throw new IllegalStateException(
          "Somebody has a port of the container, and its start(), of "
              + container.getClass().getName()
              + ", does not start it once more, on "
              + published.stream().map(each -> each.port().toString()).collect(joining(", "))
              + ". Does it return early, as by \"if (started) return;\"? Let it call super.start() each time, or set freeport.retries=0.",
          conflict);
    }
    return attempt.end.failure;
  }

  /**
   * Leaves a start between the start command and what follows on it. It is an error, since after an
   * exception Testcontainers would clean up and try again.
   */
  private static final class EndOfAttempt extends Error {

    private static final long serialVersionUID = 1;

    private final transient @Nullable RuntimeException failure;

    EndOfAttempt(@Nullable RuntimeException failure) {
      super("The attempt to start a container has ended", null, false, false);
      this.failure = failure;
    }
  }
}
