package io.freeport.docker.internal;

import static java.util.stream.Collectors.joining;

import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortHandoffException;
import io.freeport.PortUnavailableException;
import io.freeport.internal.handoff.PortConflict;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One container's ports on their way to the engine: entered into the create command, offered before
 * the start, confirmed after it, exchanged if somebody has one of them.
 */
public final class EnginePorts {

  private static final Logger LOGGER = System.getLogger(EnginePorts.class.getName());

  /** The engine binds before it answers the start; this is for engines that are late. */
  private static final Duration BIND_TIMEOUT = Duration.ofSeconds(5);

  /** Somebody could be faster once and be gone already; twice, it is our own hold. */
  private static final int REFUSALS_THAT_COUNT = 2;

  private final Collection<PublishedPort> ports;
  private final EngineStrategy engine;
  private final String host;
  private final HandoffMode machine;

  private EngineMode mode;
  private int exchanges;
  private int refusalsOfFreePorts;

  public EnginePorts(
      Collection<PublishedPort> ports, EngineStrategy engine, String host, HandoffMode machine) {
    this.ports = ports;
    this.engine = engine;
    this.host = host;
    this.machine = machine;
    this.mode = engine.mode(host, machine);
  }

  public void enterInto(CreateContainerCmd create) {
    for (PublishedPort port : ports) {
      port.applyTo(create, EngineStrategy.address(host, port.port()));
    }
  }

  /**
   * Has the engine start the container, and bind the ports.
   *
   * @param command the engine's part
   * @param started what was started by it
   * @return why that failed; null if it did not
   */
  public @Nullable RuntimeException start(Runnable command, StartedContainers started) {
    try {
      offer();
      command.run();
      confirm(started);
      return null;
    } catch (RuntimeException e) {
      return e;
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
        engine.name(),
        ports.stream()
            .map(published -> published.port().toString())
            .collect(joining(", ", "A container with ", " was to be started")));
  }

  /** As late as possible: in one mode the ports belong to nobody from now on. */
  private void offer() {
    for (PublishedPort published : ports) {
      HeldPort port = published.port();
      switch (mode) {
        case SHARED -> {
          port.handover().retainHold(); // so it is still ours while the container is down
          port.handover().offer(HandoffMode.SHARED);
        }
        case CLOSE_THEN_BIND -> port.handover().offer(HandoffMode.CLOSE_THEN_BIND);
        case ARBITER, AUTO -> {
          // For a distant engine this is nothing but a sign to other JVMs of this host. But one
          // that
          // is taken to be distant may bind here all the same, and must be able to.
          port.handover().retainHold();
          port.handover().offer(machine);
        }
      }
    }
  }

  /**
   * Sees that the engine listens, without connecting.
   *
   * @throws PortHandoffException if it does not, in a mode that was forced, or since it was not
   *     told to
   */
  private void confirm(StartedContainers started) {
    if (mode == EngineMode.ARBITER) {
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
          if (EngineStrategy.isForced()) {
            throw e;
          }
          mode = EngineMode.ARBITER;
          engine.learn(
              EngineMode.ARBITER, "it started a container, and nobody here listens on " + port);
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

  /**
   * Gives all ports other numbers if a start failed because somebody has one of them, and that has
   * not happened too often.
   *
   * @return whether another attempt can be made, with a container that is created anew. If not,
   *     some of several ports may have been exchanged all the same
   */
  public boolean exchangeAfter(RuntimeException failure) {
    if (!EngineConflict.isIn(failure) || !isAboutOneOfThese(failure)) {
      return false;
    }
    if (exchanges >= Settings.ofThisJvm().get(SettingKeys.RETRIES)) {
      return false;
    }
    exchanges++;
    if (mode == EngineMode.SHARED
        && ports.stream().noneMatch(port -> port.port().handover().isInUse())
        && ++refusalsOfFreePorts >= REFUSALS_THAT_COUNT
        && !EngineStrategy.isForced()) {
      mode = EngineMode.CLOSE_THEN_BIND;
    }
    try {
      exchange(failure);
      return true;
    } catch (PortUnavailableException | IllegalStateException noOther) { // or released meanwhile
      failure.addSuppressed(noOther);
      return false;
    }
  }

  /** The container may publish more ports than those, and others cannot help there. */
  private boolean isAboutOneOfThese(RuntimeException conflict) {
    OptionalInt named = PortConflict.portNamedIn(conflict);
    return named.isEmpty()
        || ports.stream().anyMatch(published -> published.port().number() == named.getAsInt());
  }

  private void exchange(RuntimeException failure) {
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
        failure.getMessage());
  }
}
