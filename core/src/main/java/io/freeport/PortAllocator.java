package io.freeport;

import io.freeport.internal.handoff.HandoffProbe;
import io.freeport.internal.handoff.PortLife;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.search.FoundPort;
import io.freeport.internal.search.NoPortMessage;
import io.freeport.internal.search.PortSearch;
import io.freeport.internal.search.PortSequence;
import io.freeport.internal.search.QueuedSearch;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.SharedPorts;
import io.freeport.spi.WaitGuard;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Hands out ports that are held by a bound socket, and releases those that are left when it is
 * closed.
 *
 * <p>A request without numbers gets a port from 10000 up to the ephemeral range of the kernel,
 * which is read when the allocator is created, without reserved and well-known ports and those that
 * browsers refuse. The ports from 30000 to 32767, which Kubernetes uses, are tried last. If the
 * ephemeral range leaves no ports, they come from it, and a warning is logged once. The first
 * number tried is random. The kernel alone decides who gets a port: allocators of one JVM and of
 * several need not know each other.
 *
 * <p><strong>Configuration</strong> for all allocators of a JVM, by {@link Settings}. A {@link
 * Builder} takes precedence:
 *
 * <ul>
 *   <li>{@code freeport.handoff}: {@code auto} (default: probed), {@code shared} or {@code
 *       close-then-bind}
 *   <li>{@code freeport.handoff.timeout}: how long {@link #startOn} waits for a consumer; {@code
 *       10s}
 *   <li>{@code freeport.queue.timeout}: how long a request waits that asks for it by {@link
 *       PortRequest.Builder#queue()}; {@code 2m}
 *   <li>{@code freeport.retries}: how often {@link #startOn} tries again with another port; {@code
 *       5}
 *   <li>{@code freeport.ranges} and {@code freeport.avoid}: requests without numbers get ports of
 *       these ranges (but none that browsers refuse, unless a range is that one port), and none of
 *       those; as {@code 10000-19999,30000}
 *   <li>{@code freeport.leaks}: what to do about consumers that outlive their port, {@code ignore},
 *       {@code warn} (default) or {@code fail}
 * </ul>
 *
 * <p>{@code freeport.port.NAME} sets the number of all ports of one name, for a debugger for
 * example.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread.
 *
 * <p><strong>Cleanup.</strong> {@link #close()} releases every port that the allocator still holds.
 * When the JVM ends without it, even by {@code kill -9}, the operating system does.
 *
 * @since 0.1.0
 */
public final class PortAllocator implements AutoCloseable {

  private static final Logger LOGGER = System.getLogger(PortAllocator.class.getName());

  static {
    NoPortMessage.load();
    if (Boolean.getBoolean("java.net.preferIPv4Stack")) {
      LOGGER.log(
          Level.WARNING,
          "With java.net.preferIPv4Stack this JVM can hold ports for IPv4 only. Others can still bind the same number for IPv6 alone.");
    }
  }

  private final HandoffMode mode;
  private final Duration handoffTimeout;
  private final Duration queueTimeout;
  private final int retries;
  private final PortEvents events;
  private final PortSearch search;

  private final OwnerRegistry registry;
  private final Settings settings;
  private final Set<HeldPort> registered = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private PortAllocator(Builder builder) {
    settings = builder.settings;
    registry = builder.registry;
    KernelPorts kernel = builder.kernel.without(builder.avoided);
    PortSequence any =
        builder.ranges.isEmpty()
            ? PortSequence.outsideEphemeralRange(kernel)
            : PortSequence.within(builder.ranges, builder.avoided);
    if (builder.ranges.isEmpty() && any.isWithin(kernel.ephemeral())) {
      EphemeralPorts.warn(kernel.ephemeral());
    }
    mode = builder.mode == null ? HandoffProbe.modeOfThisMachine() : builder.mode;
    handoffTimeout = builder.handoffTimeout;
    queueTimeout = builder.queueTimeout;
    retries = builder.retries;
    events = new PortEvents(builder.listeners, builder.leaks);
    search = new PortSearch(kernel, any, registry, builder.reclaims);
  }

  /**
   * Returns an allocator that is configured as all of this JVM.
   *
   * @return a new allocator that holds nothing yet
   * @throws IllegalArgumentException if the configuration contains an invalid value
   */
  public static PortAllocator create() {
    return builder().build();
  }

  /**
   * Starts an allocator that is configured differently.
   *
   * @return a builder with the configuration of this JVM
   * @throws IllegalArgumentException if the configuration contains an invalid value
   */
  public static Builder builder() {
    return builder(Settings.ofThisJvm());
  }

  /**
   * Starts an allocator that is configured differently.
   *
   * @param settings where the configuration is read from
   * @return a builder with that configuration
   * @throws IllegalArgumentException if the configuration contains an invalid value
   */
  public static Builder builder(Settings settings) {
    return new Builder(settings);
  }

  /**
   * Returns how this allocator's TCP ports are handed over.
   *
   * @return the mode that was forced, or probed
   */
  public HandoffMode handoffMode() {
    return mode;
  }

  /**
   * Holds any TCP port, without a name.
   *
   * @return the port, {@linkplain PortState#HELD held} by this process alone
   * @throws PortUnavailableException if no port is free, or the operating system gives no socket
   * @throws IllegalStateException if this allocator is closed
   */
  public HeldPort hold() {
    return hold(PortRequest.any());
  }

  /**
   * Holds any TCP port.
   *
   * @param name what the port is for, as messages will call it; two ports may have the same name
   * @return the port, {@linkplain PortState#HELD held} by this process alone
   * @throws PortUnavailableException if no port is free, or the operating system gives no socket
   * @throws IllegalStateException if this allocator is closed
   */
  public HeldPort hold(String name) {
    return hold(PortRequest.named(name).build());
  }

  /**
   * Holds one port.
   *
   * @param request what is wanted
   * @return the port, {@linkplain PortState#HELD held} by this process alone
   * @throws PortUnavailableException if no port satisfies the request, or the operating system
   *     gives no socket
   * @throws IllegalArgumentException if the request is for several ports
   * @throws IllegalStateException if this allocator is closed
   */
  public HeldPort hold(PortRequest request) {
    if (request.count() != 1) {
      throw new IllegalArgumentException(
          "The request is for " + request + ". Use holdAll for more than one.");
    }
    return allocate(request, Set.of()).get(0);
  }

  /**
   * Holds several TCP ports, all or none.
   *
   * @param count how many, at least 1
   * @return that many different ports, in no particular order of their numbers
   * @throws PortUnavailableException if not all of them can be had; those that could are released
   *     again
   * @throws IllegalArgumentException if {@code count} is less than 1
   * @throws IllegalStateException if this allocator is closed
   */
  public List<HeldPort> holdAll(int count) {
    return holdAll(PortRequest.named("").count(count).build());
  }

  /**
   * Holds all ports of a request, or none.
   *
   * @param request what is wanted
   * @return as many different ports as the request counts; those of a block in their order
   * @throws PortUnavailableException if not all of them can be had; those that could are released
   *     again
   * @throws IllegalStateException if this allocator is closed
   */
  public List<HeldPort> holdAll(PortRequest request) {
    return List.copyOf(allocate(request, Set.of()));
  }

  /**
   * Holds all ports of a request, or none, for modules that decide whether it goes on waiting.
   *
   * @param request what is wanted
   * @param guard is asked before each pause, if the request {@linkplain PortRequest#isQueued()
   *     waits}
   * @return as many different ports as the request counts; those of a block in their order
   * @throws PortUnavailableException if not all of them can be had; those that could are released
   *     again
   * @throws IllegalStateException if this allocator is closed
   */
  public List<HeldPort> holdAll(PortRequest request, WaitGuard guard) {
    if (!request.isQueued()) {
      return holdAll(request);
    }
    requireOpen();
    PortRequest pinned = pinned(request);
    try {
      return List.copyOf(register(pinned, Turn.await(this, pinned, Set.of(), guard)));
    } catch (PortUnavailableException e) {
      throw explained(pinned, e);
    }
  }

  /**
   * Returns the number of a port that this allocator holds under a name, for constants and for
   * servers that know no more than a number. The first call holds the port, which is {@linkplain
   * PortRequest.Builder#keep() kept} until the allocator is closed, and offers it, so that a server
   * can be started on it and restarted. Later calls return the same number.
   *
   * <pre>{@code
   * static final PortAllocator PORTS = PortAllocator.create();
   * static final int WEB = PORTS.number("web");
   * }</pre>
   *
   * <p>An offered port is open to other programs that ask for this number with {@code
   * SO_REUSEADDR}. Where a {@link HeldPort} can be used, {@link HeldPort#serverSocket} and {@link
   * HeldPort#start} open it for a moment only.
   *
   * @param name what the port is for; {@code -Dfreeport.port.NAME} sets its number
   * @return the number, from 1 to 65535
   * @throws PortUnavailableException if no port is free, or the operating system gives no socket
   * @throws IllegalStateException if this allocator is closed
   */
  public int number(String name) {
    return numbers.computeIfAbsent(name, this::offeredNumber);
  }

  private int offeredNumber(String name) {
    HeldPort port = hold(PortRequest.named(name).keep().build());
    port.offer();
    return port.number();
  }

  /**
   * Holds a port, offers it, starts its consumer, and waits until the port is taken. If somebody
   * else was faster, as can happen where the hold cannot stay, all of that is done again with
   * another port, a few times. So this is the way to hand over a port on any machine, in any
   * protocol.
   *
   * <p>That somebody else was faster is seen by a {@link java.net.BindException} of the consumer,
   * or, if the consumer is a {@link Process}, by its end. A consumer that starts in some other way
   * and fails without either cannot be told from one that has the port.
   *
   * <p>A consumer that does not have the port in time is stopped, if it is a {@link Process} or
   * {@link AutoCloseable}.
   *
   * @param request what is wanted
   * @param consumer starts the consumer, in this thread
   * @param <T> what is started
   * @param <E> how the start may fail
   * @return the port, {@linkplain PortState#TAKEN taken}, and the consumer
   * @throws E if the start fails for another reason than that somebody else has the port, or too
   *     often; the port then is released
   * @throws PortUnavailableException if there is no other port to try
   * @throws PortHandoffException if the consumer was started and does not have its port in time
   * @throws IllegalStateException if this allocator is closed
   */
  public <T, E extends Exception> StartedConsumer<T> startOn(
      PortRequest request, PortConsumer<T, E> consumer) throws E {
    PortRequest one = request.single();
    return new ConsumerStart<>(lost -> allocate(one, lost).get(0), events, consumer).run(retries);
  }

  private List<HeldPort> allocate(PortRequest asked, Set<Integer> without) {
    requireOpen();
    PortRequest request = pinned(asked);
    try {
      return register(
          request,
          request.isQueued()
              ? Turn.await(this, request, without, Turn.PATIENT)
              : events.hold(search, request, without, registered.size()));
    } catch (PortUnavailableException e) {
      throw explained(request, e);
    }
  }

  private PortUnavailableException explained(PortRequest request, PortUnavailableException e) {
    return pin(request) == null ? e : new PinnedPorts(settings).taken(request, e);
  }

  /**
   * Returns a request with the number that {@code freeport.port.NAME} sets for its name, as its
   * holders ask for it. For modules that decide by the request how to wait for its ports.
   *
   * @param request any request
   * @return a request that is strict about that number; the same request if none is set
   * @throws IllegalArgumentException if the setting is no port, or the request is for several ports
   *     that are no block
   */
  public PortRequest pinned(PortRequest request) {
    String written = pin(request);
    return written == null ? request : new PinnedPorts(settings).pinned(request, written);
  }

  private @Nullable String pin(PortRequest request) {
    return request.name().isEmpty() ? null : settings.text(SettingKeys.PORT.concat(request.name()));
  }

  /** Requests that wait. Here, so that the types are loaded only for those. */
  private static final class Turn {

    private static final WaitGuard PATIENT =
        new WaitGuard() {
          @Override
          public boolean mayWait(Set<Integer> refused) {
            return true;
          }

          @Override
          public boolean keepsPorts() {
            return false;
          }
        };

    /** Returns no ports if the allocator is closed meanwhile. */
    static List<FoundPort> await(
        PortAllocator allocator, PortRequest request, Set<Integer> without, WaitGuard guard) {
      try {
        return new QueuedSearch(
                allocator.search,
                allocator.registry,
                PortEvents.queue(),
                () -> allocator.closed,
                allocator.registered::size)
            .hold(request, without, request.queueTimeout().orElse(allocator.queueTimeout), guard);
      } catch (PortUnavailableException e) {
        throw allocator.events.exhausted(request, e);
      }
    }
  }

  /** Makes found ports ports of this allocator. */
  private List<HeldPort> register(PortRequest request, List<FoundPort> found) {
    List<PortLife> lives = PortLife.begin(request, found, mode, registry);
    List<HeldPort> ports = new ArrayList<>(request.count());
    int length = 1 + request.alsoAt().size(); // each port is followed by its companions
    for (int first = 0; first < lives.size(); first += length) {
      List<HeldPort> companions = new ArrayList<>(length - 1);
      for (PortLife companion : lives.subList(first + 1, first + length)) {
        companions.add(heldPort(companion, List.of()));
      }
      ports.add(heldPort(lives.get(first), List.copyOf(companions)));
    }
    // close() sets the flag, then releases what it finds in the set. If it ran before a port was
    // added, the flag is seen here.
    if (closed) {
      ports.forEach(HeldPort::release);
      throw closedAlready();
    }
    for (PortLife life : lives) {
      events.fire(life, PortEvent.Type.HELD);
    }
    return ports;
  }

  private HeldPort heldPort(PortLife life, List<HeldPort> companions) {
    HeldPort port = new HeldPort(life, companions, search, events, handoffTimeout, registered);
    registered.add(port);
    return port;
  }

  /** Loaded only where no port outside the ephemeral range is left. */
  private static final class EphemeralPorts {

    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private EphemeralPorts() {}

    static void warn(PortRange range) {
      if (WARNED.compareAndSet(false, true)) {
        LOGGER.log(
            Level.WARNING,
            "The ephemeral range (net.ipv4.ip_local_port_range is "
                + range
                + ") leaves no other ports, so FreePort takes ports from it."
                + " Docker and programs that bind port 0 take ports from there too:"
                + " a container may take a port that is offered to somebody else, or fail to start because its port is held."
                + " Narrow the range (sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\"), or name the ports to use by freeport.ranges.");
      }
    }
  }

  /**
   * Returns what modules need for ports that several JVMs hold together.
   *
   * @return the shared ports of this allocator
   */
  public SharedPorts sharedPorts() {
    return Shared.of(this);
  }

  private static final class Shared implements SharedPorts {

    private final PortAllocator allocator;

    private Shared(PortAllocator allocator) {
      this.allocator = allocator;
    }

    /** Here, so that the types are loaded only for ports that are shared. */
    static SharedPorts of(PortAllocator allocator) {
      return new Shared(allocator);
    }

    @Override
    public HeldPort hold(PortRequest request) {
      return share(allocator.hold(request));
    }

    @Override
    public Optional<HeldPort> holdAgain(PortRequest request, int number, PortTier tier) {
      try {
        Hold hold = Hold.anyExclusive(Protocol.TCP, request.address(), number);
        return Optional.of(share(enter(request, number, tier, hold, PortState.HELD)));
      } catch (IOException taken) {
        return Optional.empty();
      }
    }

    @Override
    public HeldPort join(PortRequest request, int number, PortTier tier) {
      return share(enter(request, number, tier, null, PortState.TAKEN));
    }

    private HeldPort enter(
        PortRequest request, int number, PortTier tier, @Nullable Hold hold, PortState state) {
      FoundPort found = FoundPort.enter(allocator.registry, request, number, tier, hold, state);
      return allocator.register(request, List.of(found)).get(0);
    }

    private HeldPort share(HeldPort port) {
      port.life().share();
      return port;
    }

    @Override
    public void takeBack(HeldPort port) {
      port.life().takeBack();
    }

    @Override
    public void release(HeldPort port) {
      boolean unused = port.release();
    }
  }

  /**
   * Releases every port that this allocator handed out and that is not released yet. Closing it
   * again does nothing.
   *
   * @throws PortLeakException if a consumer still listens on one, and {@link LeakPolicy#FAIL} is
   *     configured; all are released
   */
  @Override
  public void close() {
    closed = true;
    PortEvents.wakeWaiting();
    RuntimeException leaked = null;
    for (HeldPort port : registered) {
      try {
        port.close();
      } catch (RuntimeException e) { // the others are released nevertheless
        if (leaked == null) {
          leaked = e;
        } else {
          leaked.addSuppressed(e);
        }
      }
    }
    if (leaked != null) {
      throw leaked;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw closedAlready();
    }
  }

  private static IllegalStateException closedAlready() {
    return new IllegalStateException(
        "This PortAllocator is closed. Create another one, or hold the ports before closing it.");
  }

  /**
   * Builds a {@link PortAllocator} that differs from the configuration of the JVM.
   *
   * @since 0.1.0
   */
  public static final class Builder {

    private final Settings settings;
    private final OwnerRegistry registry;
    private KernelPorts kernel = KernelPorts.ofThisMachine();
    private @Nullable HandoffMode mode;
    private Duration handoffTimeout;
    private final Duration queueTimeout;
    private int retries;
    private LeakPolicy leaks;
    private final boolean reclaims;
    private final List<PortRange> ranges;
    private final List<PortRange> avoided;
    private final List<PortListener> listeners = new ArrayList<>();

    private Builder(Settings settings) {
      this.settings = settings;
      registry = OwnerRegistry.of(settings);
      mode = settings.choiceOr(SettingKeys.HANDOFF, HandoffMode.class, "auto");
      handoffTimeout = settings.get(SettingKeys.HANDOFF_TIMEOUT);
      queueTimeout = settings.get(SettingKeys.QUEUE_TIMEOUT);
      retries = settings.get(SettingKeys.RETRIES);
      leaks = settings.choice(SettingKeys.LEAKS, LeakPolicy.WARN);
      String reaper = settings.get(SettingKeys.REAPER);
      reclaims = !"off".equals(reaper);
      ranges = settings.get(SettingKeys.RANGES);
      avoided = settings.get(SettingKeys.AVOID);
    }

    Builder kernel(KernelPorts kernel) {
      this.kernel = kernel;
      return this;
    }

    /**
     * Forces a mode, instead of what the machine was found to be capable of.
     *
     * @param mode how TCP ports are handed over
     * @return this
     */
    public Builder handoff(HandoffMode mode) {
      this.mode = mode;
      return this;
    }

    /**
     * Sets how long {@link PortAllocator#startOn} waits for a consumer.
     *
     * @param timeout not negative
     * @return this
     */
    public Builder handoffTimeout(Duration timeout) {
      if (timeout.isNegative()) {
        throw new IllegalArgumentException(
            "The handoff timeout must not be negative, but was " + timeout + ".");
      }
      this.handoffTimeout = timeout;
      return this;
    }

    /**
     * Sets how often {@link PortAllocator#startOn} tries again with another port.
     *
     * @param retries 0 or more
     * @return this
     */
    public Builder retries(int retries) {
      if (retries < 0) {
        throw new IllegalArgumentException(
            "The number of retries must not be negative, but was " + retries + ".");
      }
      this.retries = retries;
      return this;
    }

    /**
     * Sets what happens when a consumer still listens on a port that is released.
     *
     * @param leaks the policy
     * @return this
     */
    public Builder leaks(LeakPolicy leaks) {
      this.leaks = leaks;
      return this;
    }

    /**
     * Adds a listener to what happens to the ports.
     *
     * @param listener is called in the thread in which it happens
     * @return this
     */
    public Builder listener(PortListener listener) {
      listeners.add(listener);
      return this;
    }

    /**
     * Returns the allocator.
     *
     * @return a new allocator that holds nothing yet
     */
    public PortAllocator build() {
      return new PortAllocator(this);
    }
  }
}
