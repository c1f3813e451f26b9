package io.freeport.docker.internal;

import static java.util.stream.Collectors.joining;

import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortHandoffException;
import io.freeport.PortState;
import io.freeport.PortUnavailableException;
import io.freeport.internal.handoff.ConflictRetry;
import io.freeport.internal.handoff.PortConflict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Knows the ports of one container: enters them into the create command, offers them before the
 * start, confirms them after it, and changes their numbers if somebody has one of them.
 */
public final class EnginePorts {

  private static final Logger LOGGER = System.getLogger(EnginePorts.class.getName());

  /** The engine binds before it answers the start; this is for engines that are late. */
  private static final Duration BIND_TIMEOUT = Duration.ofSeconds(5);

  /** For an engine that answers a stop before it has let go of the ports. */
  private static final Duration UNBIND_TIMEOUT = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofMillis(5);

  /**
   * After one refusal somebody may have had the port for a moment; after two it is our own hold.
   */
  private static final int REFUSALS_THAT_COUNT = 2;

  private final Collection<PublishedPort> ports;
  private final EngineStrategy engine;
  private final String host;
  private final HandoffMode machine;
  private final ContainerSettings settings;

  private EngineMode mode;

  /** Of what was started last; null before the first start. */
  private volatile @Nullable PortClaim claim;

  private int refusalsOfFreePorts;

  /**
   * @param host where the engine's containers are reached
   * @param machine how ports of this machine can be handed over
   */
  public EnginePorts(
      Collection<PublishedPort> ports,
      EngineStrategy engine,
      String host,
      HandoffMode machine,
      ContainerSettings settings) {
    this.ports = ports;
    this.engine = engine;
    this.host = host;
    this.machine = machine;
    this.settings = settings;
    this.mode = engine.mode(host, machine, settings);
  }

  /** Returns how often a start may be made again with other numbers. */
  public int retries() {
    return settings.retries();
  }

  /**
   * Starts something that is taken down if a start fails, with other numbers after a conflict. If
   * the last start fails, the ports are held again, alone, as far as nobody else has them.
   */
  public <T> T retry(ConflictRetry.Attempt<T, RuntimeException> attempt) {
    try {
      return ConflictRetry.run(settings.retries(), attempt);
    } catch (Throwable e) {
      claimed().forEach(EnginePorts::takeBack);
      throw e;
    }
  }

  /**
   * Enters the ports into a create command.
   *
   * @throws IllegalStateException if the command binds one of the container's ports to another
   *     number
   */
  public void enterInto(CreateContainerCmd create) {
    for (PublishedPort port : ports) {
      port.applyTo(create, EngineStrategy.address(host, port.port(), settings));
    }
  }

  /**
   * Checks that a create command still has the ports: what changes the command after {@link
   * #enterInto} may have bound the container's ports to other numbers.
   *
   * @throws IllegalStateException if it has
   */
  public void checkEntered(CreateContainerCmd create) {
    ports.forEach(port -> port.checkIn(create));
  }

  /**
   * Has the engine start the container and bind the ports.
   *
   * @param command the engine's part
   * @param started what the command starts
   * @throws IllegalStateException if another container of this JVM has one of the ports
   */
  public void start(Runnable command, StartedContainers started) {
    PortClaim mine = new PortClaim(this::command, started);
    mine.claim(ports.stream().map(PublishedPort::port).toList());
    claim = mine;
    try {
      offer();
      command.run();
      confirm(started);
    } finally {
      mine.endStart();
    }
  }

  /**
   * Has the engine stop, kill or remove the container. If it goes down, nobody else can bind the
   * ports until {@link #start}; the engine cannot either, if another client has it start the
   * container. If it goes on, the ports are as before, as the engine may start it again by itself.
   *
   * @param isCertain whether a running container goes down by this command, if the command succeeds
   * @param command the engine's part
   */
  public void stop(boolean isCertain, Runnable command, StartedContainers stopped) {
    List<HeldPort> claimed = claimed();
    if (claimed.stream().allMatch(EnginePorts::isAtRest)) {
      command.run();
      return;
    }
    if (isCertain) {
      claimed.stream()
          .filter(port -> port.state() == PortState.TAKEN)
          .forEach(EnginePorts::takeBack); // so that nobody can come in between
    }
    try {
      command.run();
    } finally {
      boolean isDown = isDown(stopped);
      claimed.forEach(isDown ? EnginePorts::awaitBack : this::leave);
    }
  }

  /** Returns the ports on which nobody else started a container since. */
  private List<HeldPort> claimed() {
    PortClaim mine = claim;
    return mine == null
        ? List.of()
        : ports.stream().map(PublishedPort::port).filter(mine::isLatest).toList();
  }

  private static boolean isAtRest(HeldPort port) {
    PortState state = port.state();
    return state == PortState.HELD || state == PortState.RELEASED;
  }

  private boolean isDown(StartedContainers stopped) {
    try {
      return !command(stopped::isRunning);
    } catch (RuntimeException cannotTell) {
      LOGGER.log(Level.DEBUG, "Cannot tell whether a container is down", cannotTell);
      return false;
    }
  }

  /** What listens for a container may go a little later than the container. */
  private static void awaitBack(HeldPort port) {
    long start = System.nanoTime();
    while (!takeBack(port) && !isAtRest(port)) {
      if (System.nanoTime() - start > UNBIND_TIMEOUT.toNanos()
          || Thread.currentThread().isInterrupted()) {
        LOGGER.log(Level.DEBUG, "Its container is down, and somebody still has {0}", port);
        return;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Whatever fails here, the container has to be stopped. */
  private static boolean takeBack(HeldPort port) {
    try {
      return port.handover().takeBack();
    } catch (RuntimeException e) {
      LOGGER.log(Level.DEBUG, "Cannot take back " + port, e);
      return false;
    }
  }

  private void leave(HeldPort port) {
    try {
      port.handover().reopen();
      if (port.state() == PortState.HELD) {
        offer(port);
      }
    } catch (RuntimeException e) {
      LOGGER.log(Level.DEBUG, "Cannot offer " + port, e);
    }
  }

  /**
   * Runs one of the engine's commands that belong to the start.
   *
   * @return what the command returns
   * @throws PortHandoffException if the engine cannot be reached, or does not answer in time; it
   *     names the engine and the ports
   */
  public <T extends @Nullable Object> T command(Callable<T> command) {
    return EngineCall.run(
        command,
        settings.timeout(),
        engine.engineName(),
        ports.stream()
            .map(published -> published.port().toString())
            .collect(joining(", ", "A container with ", " was to be started")));
  }

  /** As late as possible: with CLOSE_THEN_BIND the ports belong to nobody from now on. */
  private void offer() {
    ports.forEach(published -> offer(published.port()));
  }

  private void offer(HeldPort port) {
    switch (mode) {
      case SHARED -> {
        port.handover().retainHold(); // so it is still ours while the container is down
        port.handover().offer(HandoffMode.SHARED);
      }
      case CLOSE_THEN_BIND -> port.handover().offer(HandoffMode.CLOSE_THEN_BIND);
      case REMOTE, AUTO -> {
        // For a remote engine this only tells other JVMs of this host. But one that is taken to
        // be remote may bind here all the same, and must be able to.
        port.handover().retainHold();
        port.handover().offer(machine);
      }
    }
  }

  /**
   * Checks without connecting that the engine listens.
   *
   * @throws PortHandoffException if it does not listen in a forced mode, or if no container
   *     publishes the port
   */
  private void confirm(StartedContainers started) {
    if (mode == EngineMode.REMOTE) {
      ports.forEach(published -> published.port().confirm());
      return;
    }
    for (PublishedPort published : ports) {
      HeldPort port = published.port();
      if (!port.confirm() && command(started::isRunning)) {
        try {
          port.awaitTaken(BIND_TIMEOUT);
        } catch (PortHandoffException e) {
          if (!command(started::isRunning)) {
            continue; // it ended while it was waited for
          }
          if (!command(() -> started.publishes(port.number()))) {
            throw notPublished(port, started, e); // which says nothing about the engine
          }
          if (isForced()) {
            throw e;
          }
          mode = EngineMode.REMOTE;
          engine.learn(
              EngineMode.REMOTE, "it started a container, and nobody here listens on " + port);
          return;
        }
      }
    }
    if (refusalsOfFreePorts >= REFUSALS_THAT_COUNT) {
      engine.learn(EngineMode.CLOSE_THEN_BIND, "it refused ports that nobody else had");
    }
  }

  private static PortHandoffException notPublished(
      HeldPort port, StartedContainers started, PortHandoffException e) {
    return new PortHandoffException(
        "The engine started what it was told to, and no container publishes "
            + port
            + ". "
            + started.whyNotPublished(),
        e);
  }

  /** Returns whether a start failed because somebody has one of these ports. */
  public boolean isConflict(Exception failure) {
    return EngineConflict.isIn(failure) && isAboutOneOfThese(failure);
  }

  /** The container may publish more ports than those, and others cannot help there. */
  private boolean isAboutOneOfThese(Exception conflict) {
    OptionalInt named = PortConflict.portNamedIn(conflict);
    return named.isEmpty()
        || ports.stream().anyMatch(published -> published.port().number() == named.getAsInt());
  }

  /**
   * Gives all ports other numbers, after a conflict. The next attempt needs a container that is
   * created anew.
   *
   * @throws PortUnavailableException if there are no other numbers; some of several ports may have
   *     changed all the same
   * @throws IllegalStateException if a port was released in the meantime
   */
  public void changeNumbers(Exception conflict) {
    learnFromRefusal(conflict);
    Map<HeldPort, Integer> before = new LinkedHashMap<>();
    ports.forEach(published -> before.put(published.port(), published.port().number()));
    before.forEach(
        (port, number) -> {
          if (port.number() == number) { // else it went along with its block
            port.handover().exchange();
          }
        });
    LOGGER.log(
        Level.INFO,
        "The engine could not bind {0}; the next attempt is made with {1}. It said: {2}",
        before.values(),
        before.keySet(),
        conflict.getMessage());
  }

  private void learnFromRefusal(Exception conflict) {
    if (mode == EngineMode.SHARED
        && !EngineConflict.isInTheBooks(conflict)
        && ports.stream().noneMatch(port -> port.port().handover().isInUse())
        && ++refusalsOfFreePorts >= REFUSALS_THAT_COUNT
        && !isForced()) {
      mode = EngineMode.CLOSE_THEN_BIND;
    }
  }

  private boolean isForced() {
    return settings.mode() != EngineMode.AUTO;
  }
}
