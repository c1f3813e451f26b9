package io.freeport.testcontainers;

import static java.util.stream.Collectors.joining;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.CreateContainerResponse;
import io.freeport.HeldPort;
import io.freeport.LeakPolicy;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.docker.internal.EnginePorts;
import io.freeport.docker.internal.EngineStrategy;
import io.freeport.docker.internal.PublishedPort;
import io.freeport.docker.internal.SingleContainer;
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
 * Takes part in one container's starts: enters its published ports into the create command, offers
 * them before the start command, and sees afterwards that the engine listens.
 *
 * <p>A start that fails because somebody has a port is made again with another number, by a
 * container that Testcontainers itself creates: within the start command, {@link
 * GenericContainer#start()} is called once more. It configures, creates and fills the other
 * container, and comes back here with its start command; what follows on a start is left to the
 * call around. So attempts that are about ports are not counted among the container's own, and
 * whatever else fails is not touched.
 */
final class StartInterceptor {

  private static final Cleaner CLEANER = Cleaner.create();

  private final GenericContainer<?> container;
  private final PortAllocator allocator;
  private final List<PublishedPort> published = new ArrayList<>();
  private final List<Runnable> configurations = new ArrayList<>();

  private @Nullable EnginePorts passage;
  private @Nullable CreateContainerCmd entered;
  private boolean created;
  private boolean bound;
  private boolean keepsNumbers;
  private boolean again;
  private @Nullable EndOfAttempt ended;

  private StartInterceptor(GenericContainer<?> container, PortAllocator allocator) {
    this.container = container;
    this.allocator = allocator;
  }

  /** Returns the handoff that a container has; if it has none, gives it one. */
  static StartInterceptor of(GenericContainer<?> container) {
    StartInterceptor existing = DockerClientProxy.handoffOf(container);
    if (existing != null) {
      return existing;
    }
    PortAllocator allocator = PortAllocator.builder().leaks(LeakPolicy.IGNORE).build();
    StartInterceptor handoff = new StartInterceptor(container, allocator);
    DockerClientProxy.install(container, handoff);
    container.withCreateContainerCmdModifier(handoff::beforeCreate);
    // A container that never starts has no end at which its ports could be released.
    CLEANER.register(container, allocator::close);
    return handoff;
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
      container.addExposedPort(port.containerPort()); // or wait strategies would not look at it
    }
    return port.port();
  }

  /** Runs anew for each attempt that Testcontainers makes. */
  private void beforeCreate(CreateContainerCmd create) {
    if (container.isShouldBeReused()
        && TestcontainersConfiguration.getInstance().environmentSupportsReuse()) {
      throw new IllegalStateException(
          "A reusable container outlives the test run, and a held port does not. Publish ports of containers without withReuse(true).");
    }
    EnginePorts current = passage;
    if (current == null || !again) {
      current =
          new EnginePorts(
              published, EngineStrategy.OF_THIS_JVM, container.getHost(), allocator.handoffMode());
      passage = current;
      // After another attempt of the same start(), the container of that one would still be known.
      keepsNumbers = bound && container.getContainerId() == null;
    }
    current.enterInto(create);
    entered = create;
    created = true;
  }

  /**
   * Runs in place of a create command.
   *
   * @param create what is to be created; by this client it could be another container
   * @param command the engine's part
   */
  CreateContainerResponse create(
      CreateContainerCmd create, Callable<CreateContainerResponse> command) throws Exception {
    EnginePorts current = passage;
    return current == null || create != entered ? command.call() : current.command(command);
  }

  /**
   * Runs in place of a start command.
   *
   * @param id the container that is to be started; by this client it could be another one
   * @param command the engine's part
   */
  void start(@Nullable String id, Runnable command) {
    EnginePorts current = passage;
    if (current == null || id == null || !id.equals(container.getContainerId())) {
      command.run();
      return;
    }
    SingleContainer started = new SingleContainer(container.getDockerClient(), id);
    if (!created
        && current.command(started::isRunning)) { // it has its ports; the engine says that it runs
      command.run();
      return;
    }
    RuntimeException failure =
        current.start(() -> current.command(Executors.callable(command)), started);
    if (again) {
      ended = new EndOfAttempt(failure);
      throw ended;
    }
    boolean first = created && !keepsNumbers; // else clients know the number
    created = false;
    while (failure != null && first) {
      List<Integer> before = numbers();
      boolean another = current.exchangeAfter(failure);
      if (!numbers().equals(before)) { // one of several may have changed before there was no other
        configurations.forEach(Runnable::run);
      }
      if (!another) {
        break;
      }
      failure = startAnother(failure);
    }
    if (failure != null) {
      throw failure;
    }
    bound = true;
  }

  private List<Integer> numbers() {
    return published.stream().map(each -> each.port().number()).toList();
  }

  /** Replaces a container that was created and could not be started. */
  private @Nullable RuntimeException startAnother(RuntimeException conflict) {
    container.stop();
    ended = null;
    again = true;
    try {
      container.start();
    } catch (Throwable e) {
      // A subclass may call super.start() in another thread, and throw what it makes of the end.
      if (ended == null) {
        throw e;
      }
    } finally {
      again = false;
      created = false;
    }
    EndOfAttempt end = ended;
    if (end == null) {
      throw new IllegalStateException(
          "Somebody has a port of the container, and its start(), of "
              + container.getClass().getName()
              + ", does not start it once more, on "
              + published.stream().map(each -> each.port().toString()).collect(joining(", "))
              + ". Does it return early, as by \"if (started) return;\"? Let it call super.start() each time, or set freeport.retries=0.",
          conflict);
    }
    return end.failure;
  }

  /**
   * Leaves a start between the start command and what follows on it. Not an exception, since those
   * are what Testcontainers cleans up after and tries again.
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
