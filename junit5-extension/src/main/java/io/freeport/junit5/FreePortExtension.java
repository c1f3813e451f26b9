package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.internal.Memo;
import io.freeport.junit5.internal.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * Ports by program, for what {@link FreePort} cannot say: numbers that are computed, an allocator
 * that is configured differently, types of your own, and ports that are needed before JUnit could
 * inject them, as by an initializer of a static field.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final FreePortExtension PORTS =
 *     FreePortExtension.builder().port(PortRequest.named("redis").keep().build()).build();
 *
 * @Container
 * static final GenericContainer<?> REDIS = redisOn(PORTS.port("redis"));
 *
 * @Test
 * void test(@FreePort("redis") int port) {}
 * }</pre>
 *
 * <p>{@code @FreePort} of such a name, in the same class or in one that is nested in it, is that
 * port.
 *
 * <p><strong>Scope.</strong> A port is held when it is asked for first. It is released with the
 * class that has the extension in a static field (if several classes share the field, with the last
 * one of those that run at that time), or with the test instance that has it in another field. If a
 * static field's extension was asked for a port before any test, as by the initializer of another
 * static field, its ports are released when the launcher session ends: those fields stay as they
 * are.
 *
 * <p>The field is declared as {@code FreePortExtension}. One in an instance field is not known yet
 * to the parameters of constructors.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread.
 *
 * @since 0.1.0
 */
public final class FreePortExtension implements BeforeAllCallback, BeforeEachCallback {

  private final Map<String, PortRequest> requests;
  private final Map<Class<?>, Converter<?>> converters;
  private final PortAllocator.@Nullable Builder configured;
  private final AutoCloseable atEnd = this::release;

  // Guarded by this.
  private @Nullable HeldPorts current;
  private String usedBy = "";
  private int users;
  private boolean isOfClass;
  private boolean isAskedEarly;

  private FreePortExtension(Builder builder) {
    requests = new LinkedHashMap<>(builder.requests);
    converters = Map.copyOf(builder.converters);
    configured = builder.allocator;
  }

  /**
   * Makes a value of a test's own type of a port.
   *
   * @param <T> the type
   * @since 0.1.0
   */
  @FunctionalInterface
  public interface Converter<T> {
    /**
     * Makes a value.
     *
     * @param port a port that is not offered yet; it stays in the hands of its scope
     * @return what is put where {@code @FreePort} asks for it
     */
    T convert(HeldPort port);
  }

  /**
   * Starts an extension.
   *
   * @return a builder that defines no ports yet
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a port, which is held from the first call on.
   *
   * @param name one of those that the builder defined
   * @return the port
   * @throws IllegalArgumentException if there is no such name, or if it stands for several ports
   * @throws io.freeport.PortUnavailableException if the port cannot be had
   */
  public HeldPort port(String name) {
    List<HeldPort> ports = ports(name);
    if (ports.size() > 1) {
      throw new IllegalArgumentException(
          "\"" + name + "\" are " + ports.size() + " ports. Use ports(\"" + name + "\").");
    }
    return ports.get(0);
  }

  /**
   * Returns the number of a port that is {@linkplain HeldPort#offer() offered}, so that a server of
   * this process or a child process can listen on it.
   *
   * @param name one of those that the builder defined
   * @return the number
   * @throws IllegalArgumentException if there is no such name, or if it stands for several ports
   * @throws io.freeport.PortUnavailableException if the port cannot be had
   */
  public int number(String name) {
    HeldPort port = port(name);
    if (port.state() == PortState.HELD) {
      port.offer();
    }
    return port.number();
  }

  /**
   * Returns all ports of a request, which are held from the first call on.
   *
   * @param name one of those that the builder defined
   * @return as many as were asked for
   * @throws IllegalArgumentException if there is no such name
   * @throws io.freeport.PortUnavailableException if they cannot be had
   */
  public List<HeldPort> ports(String name) {
    return ports(name, this::numbers);
  }

  private Set<Integer> numbers() {
    Set<Integer> numbers = new HashSet<>();
    for (HeldPort port : held()) {
      numbers.add(port.number());
    }
    return numbers;
  }

  /**
   * Returns all ports of a request.
   *
   * @param numbers the numbers that the test has, and will not release while it waits
   */
  List<HeldPort> ports(String name, Supplier<Set<Integer>> numbers) {
    PortRequest request = requests.get(name);
    if (request == null) {
      throw new IllegalArgumentException(
          "This FreePortExtension defines no port \""
              + name
              + "\", but "
              + requests.keySet()
              + ". Add it: builder().port(PortRequest.named(\""
              + name
              + "\").build()).");
    }
    HeldPorts ports;
    PortRequest complete;
    synchronized (this) {
      isAskedEarly |= users == 0;
      ports = current();
      complete = request.usedBy().isEmpty() ? request.toBuilder().usedBy(usedBy).build() : request;
    }
    // Outside the lock: it may wait for a test that asks for another port before it ends.
    return Memo.get(ports.byName(), name, () -> ports.hold(complete, numbers));
  }

  private HeldPorts current() {
    HeldPorts ports = current;
    if (ports == null) {
      Settings settings = Session.ofThisJvm().settings();
      PortAllocator allocator =
          configured == null ? PortAllocator.builder(settings).build() : configured.build();
      ports = new HeldPorts(allocator, settings, new ConcurrentHashMap<>());
      current = ports;
      Session.ofThisJvm().add(atEnd); // if no test comes, nobody else releases them
    }
    return ports;
  }

  boolean defines(String name) {
    return requests.containsKey(name);
  }

  @Nullable Converter<?> converter(Class<?> type) {
    return converters.get(type);
  }

  /** Returns the ports that are held by now. */
  List<HeldPort> held() {
    HeldPorts ports;
    synchronized (this) {
      ports = current;
    }
    return ports == null ? List.of() : ports.all();
  }

  /** The ports of one use of the extension, until its allocator is closed. */
  private record HeldPorts(
      PortAllocator allocator, Settings settings, Map<String, Memo<?>> byName) {

    List<HeldPort> hold(PortRequest asked, Supplier<Set<Integer>> numbers) {
      PortRequest request = allocator.pinned(asked);
      return request.lastTier() == PortTier.ANY
          ? allocator.holdAll(request)
          : new FixedPortQueue(allocator, settings).hold(request, numbers.get());
    }

    List<HeldPort> all() {
      List<HeldPort> all = new ArrayList<>();
      for (Memo<?> memo : byName.values()) {
        if (memo.value() instanceof List<?> ports) {
          for (Object port : ports) {
            all.add((HeldPort) port);
          }
        }
      }
      return all;
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    useIn(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    useIn(context);
  }

  /** Counts the outermost context only: those within find its usage in their stores. */
  void useIn(ExtensionContext context) {
    Contexts.store(context)
        .getOrComputeIfAbsent(this, extension -> new Usage(extension, context), Usage.class);
  }

  @SuppressWarnings("deprecation") // JUnit up to 5.12 closes this interface only, later the other
  private record Usage(FreePortExtension extension)
      implements Store.CloseableResource, AutoCloseable {

    private Usage(FreePortExtension extension, ExtensionContext context) {
      this(extension);
      extension.begin(Contexts.nameOf(context), context.getTestMethod().isEmpty());
    }

    @Override
    public void close() {
      extension.end();
    }
  }

  private synchronized void begin(String user, boolean ofClass) {
    users++;
    usedBy = user;
    isOfClass |= ofClass;
  }

  /**
   * Ports that a static field's initializer asked for stay until the session ends: other static
   * fields have them by now, and the class, or one that inherits the fields, may run again.
   */
  private void end() {
    PortAllocator detached;
    synchronized (this) {
      if (--users > 0 || (isOfClass && isAskedEarly && Session.ofThisJvm().isOpen())) {
        return;
      }
      detached = detach(); // in one step: the next caller must not get what is about to be closed
    }
    close(detached);
  }

  private void release() {
    close(detach());
  }

  private synchronized @Nullable PortAllocator detach() {
    HeldPorts ports = current;
    current = null;
    Session.ofThisJvm().remove(atEnd);
    return ports == null ? null : ports.allocator();
  }

  private static void close(@Nullable PortAllocator allocator) {
    if (allocator != null) {
      allocator.close();
    }
  }

  /**
   * Builds a {@link FreePortExtension}.
   *
   * @since 0.1.0
   */
  public static final class Builder {

    private final Map<String, PortRequest> requests = new LinkedHashMap<>();
    private final Map<Class<?>, Converter<?>> converters = new LinkedHashMap<>();
    private PortAllocator.@Nullable Builder allocator;

    private Builder() {}

    /**
     * Defines a port, or several if the request counts several.
     *
     * @param request what is wanted, with a name
     * @return this
     * @throws IllegalArgumentException if the request has no name, or one that is defined already
     */
    public Builder port(PortRequest request) {
      if (request.name().isEmpty()) {
        throw new IllegalArgumentException(
            "A port of a FreePortExtension needs a name: PortRequest.named(\"...\").");
      }
      if (requests.putIfAbsent(request.name(), request) != null) {
        throw new IllegalArgumentException(
            "Port \"" + request.name() + "\" is defined twice. Define it once.");
      }
      return this;
    }

    /**
     * Lets {@link FreePort} stand at a type of the test's own.
     *
     * @param type the type of the fields and parameters
     * @param converter makes the values
     * @param <T> the type
     * @return this
     */
    public <T> Builder converter(Class<T> type, Converter<T> converter) {
      converters.put(type, converter);
      return this;
    }

    /**
     * Has these ports allocated differently than the configuration says.
     *
     * @param allocator stays the caller's; each class or instance gets an allocator of its own from
     *     it
     * @return this
     */
    public Builder allocator(PortAllocator.Builder allocator) {
      this.allocator = allocator;
      return this;
    }

    /**
     * Returns the extension, to be put into a field with {@code @RegisterExtension}.
     *
     * @return an extension that holds nothing yet
     */
    public FreePortExtension build() {
      return new FreePortExtension(this);
    }
  }
}
