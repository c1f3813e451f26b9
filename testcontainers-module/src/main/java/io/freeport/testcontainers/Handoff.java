package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.HeldPort;
import io.freeport.LeakPolicy;
import io.freeport.OwnerRegistry;
import io.freeport.PortAllocator;
import io.freeport.PortState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.lifecycle.Startable;
import org.testcontainers.utility.TestcontainersConfiguration;

/**
 * Takes part in one container's start: enters its published ports into the create command and
 * offers them, and once the engine has started the container, sees that it listens and lets go.
 *
 * <p>The second part is a startup check around the container's own. It comes before any wait
 * strategy, and unlike {@code waitUntilContainerStarted} no class overrides it. It also is a
 * dependency of the container, which has nothing to start: this is where a later {@code publish}
 * finds the earlier ones, so there is no state outside of the container.
 */
final class Handoff extends StartupCheckStrategy implements Startable {

  private static final Logger LOGGER = System.getLogger(Handoff.class.getName());

  /** The engine binds before it answers the start; this is for engines that are late. */
  private static final Duration BIND_TIMEOUT = Duration.ofSeconds(5);

  private static final Cleaner CLEANER = Cleaner.create();

  private final GenericContainer<?> container;
  private final PortAllocator allocator;
  private final Map<Integer, PublishedPort> published = new LinkedHashMap<>();
  private StartupCheckStrategy wrapped;

  private Handoff(GenericContainer<?> container, PortAllocator allocator) {
    this.container = container;
    this.allocator = allocator;
    this.wrapped = container.getStartupCheckStrategy();
  }

  /** Returns the handoff that a container has; if it has none, gives it one. */
  static Handoff of(GenericContainer<?> container) {
    for (Startable dependency : container.getDependencies()) {
      if (dependency instanceof Handoff existing) {
        return existing;
      }
    }
    PortAllocator allocator = PortAllocator.builder().leaks(LeakPolicy.IGNORE).build();
    Handoff handoff = new Handoff(container, allocator);
    container.dependsOn(handoff);
    container.withCreateContainerCmdModifier(handoff::beforeCreate);
    // A container that never starts has no end at which its ports could be released.
    CLEANER.register(container, allocator::close);
    return handoff;
  }

  @Override
  public void start() {
    // only a mark; the container's own start is where something happens
  }

  @Override
  public void stop() {
    // nothing was started
  }

  HeldPort publish(int containerPort) {
    checkUnpublished(containerPort);
    return add(
        new PublishedPort(
            containerPort,
            allocator.hold(container.getClass().getSimpleName() + ":" + containerPort)));
  }

  HeldPort publish(int containerPort, HeldPort port) {
    checkUnpublished(containerPort);
    if (port.state() == PortState.RELEASED) {
      throw new IllegalStateException(
          port
              + " cannot be published any more. Publish it before its scope ends, or hold another one.");
    }
    for (PublishedPort other : published.values()) {
      if (other.port() == port) {
        throw new IllegalArgumentException(
            port
                + " is published already, for container port "
                + other.containerPort()
                + ". Hold another one.");
      }
    }
    return add(new PublishedPort(containerPort, port));
  }

  private void checkUnpublished(int containerPort) {
    PublishedPort.checkContainerPort(containerPort);
    if (container.getContainerId() != null) {
      throw new IllegalStateException(
          "Cannot publish container port "
              + containerPort
              + ": the container has been started. The engine takes a container's ports when it is created, so publish before.");
    }
    PublishedPort existing = published.get(containerPort);
    if (existing != null) {
      throw new IllegalArgumentException(
          "Container port "
              + containerPort
              + " is published already, on "
              + existing.port()
              + ". Use that one.");
    }
  }

  private HeldPort add(PublishedPort port) {
    published.put(port.containerPort(), port);
    container.addExposedPort(port.containerPort()); // or wait strategies would not look at it
    return port.port();
  }

  /** Runs anew for each attempt that Testcontainers makes. */
  private void beforeCreate(CreateContainerCmd create) {
    if (container.isShouldBeReused()
        && TestcontainersConfiguration.getInstance().environmentSupportsReuse()) {
      throw new IllegalStateException(
          "A reusable container outlives the test run, and a held port does not. Publish ports of containers without withReuse(true).");
    }
    boolean local = isEngineLocal();
    for (PublishedPort port : published.values()) {
      port.applyTo(create, local ? "127.0.0.1" : "");
      if (local) {
        port.port().offer();
      }
    }
    Labels.addTo(create, OwnerRegistry.ofThisJvm().self());
    if (container.getStartupCheckStrategy() != this) {
      wrapped = container.getStartupCheckStrategy();
      container.withStartupCheckStrategy(this);
    }
  }

  @Override
  @SuppressWarnings("deprecation") // the method that Testcontainers calls
  public boolean waitUntilStartupSuccessful(GenericContainer<?> started) {
    afterStart();
    return wrapped.waitUntilStartupSuccessful(started);
  }

  @Override
  public StartupStatus checkStartupState(DockerClient client, String containerId) {
    return wrapped.checkStartupState(client, containerId);
  }

  private void afterStart() {
    if (!isEngineLocal()) {
      LOGGER.log(
          Level.INFO,
          "The engine is on {0}: what is held here keeps nobody there from taking {1}",
          container.getHost(),
          published.values().stream().map(PublishedPort::port).toList());
      return;
    }
    for (PublishedPort published : published.values()) {
      HeldPort port = published.port();
      if (!port.confirm() && container.isRunning()) { // one that has ended already listens no more
        port.awaitTaken(BIND_TIMEOUT);
      }
    }
  }

  private boolean isEngineLocal() {
    String host = container.getHost();
    return host.equals("localhost")
        || host.startsWith("127.")
        || host.equals("::1")
        || host.equals("[::1]");
  }
}
