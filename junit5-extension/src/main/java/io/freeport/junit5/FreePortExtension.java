package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.internal.settings.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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

  // Guarded by this.
  private final Map<String, Slot<List<HeldPort>>> held = new LinkedHashMap<>();
  private @Nullable PortAllocator allocator;
  private String usedBy = "";
  private int users;
  private boolean isOfClass;
  private boolean isAskedEarly;

  private FreePortExtension(Builder its) {
    requests = new LinkedHashMap<>(its.requests);
    converters = Map.copyOf(its.converters);
    configured = its.allocator;
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
    return ports(name, () -> held().stream().map(HeldPort::number).collect(Collectors.toSet()));
  }

  /**
   * Returns all ports of a request.
   *
   * @param numbers those of the test that asks, which will not be released while it waits
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
    PortAllocator its;
    PortRequest complete;
    Slot<List<HeldPort>> slot;
    synchronized (this) {
      isAskedEarly |= users == 0;
      its = allocator();
      complete = request.usedBy().isEmpty() ? request.toBuilder().usedBy(usedBy).build() : request;
      slot = held.computeIfAbsent(name, any -> new Slot<>());
    }
    // Not in there: it may wait for a test that asks for another port before it ends.
    return slot.get(
        () ->
            new FixedPortQueue(its, FixedPortQueue.timeoutOf(Settings.ofThisJvm()))
                .hold(complete, numbers));
  }

  private PortAllocator allocator() {
    PortAllocator its = allocator;
    if (its == null) {
      its = configured == null ? PortAllocator.create() : configured.build();
      allocator = its;
      Session.ofThisJvm().add(this); // if no test comes, nobody else will release it
    }
    return its;
  }

  boolean defines(String name) {
    return requests.containsKey(name);
  }

  Optional<Converter<?>> converter(Class<?> type) {
    return Optional.ofNullable(converters.get(type));
  }

  synchronized List<HeldPort> held() {
    return held.values().stream()
        .flatMap(slot -> slot.made().stream())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    useIn(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    useIn(context);
  }

  /** Once for the outermost context: its store is the one that those within find it in. */
  void useIn(ExtensionContext context) {
    context
        .getStore(StoredPorts.NAMESPACE)
        .getOrComputeIfAbsent(this, extension -> new Use(extension, context), Use.class);
  }

  @SuppressWarnings("deprecation") // CloseableResource, as in StoredOnce
  private record Use(FreePortExtension extension)
      implements Store.CloseableResource, AutoCloseable {

    private Use(FreePortExtension extension, ExtensionContext context) {
      this(extension);
      extension.begin(PortLookup.nameOf(context), context.getTestMethod().isEmpty());
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
   * What a static field's initializer asked for is in other static fields by now, and the class, or
   * another one that inherits them, may be run again: those ports stay until the session ends.
   */
  private void end() {
    PortAllocator its;
    synchronized (this) {
      if (--users > 0 || (isOfClass && isAskedEarly && Session.ofThisJvm().isOpen())) {
        return;
      }
      its = detach(); // in one step: whoever comes next must not get what is about to be closed
    }
    close(its);
  }

  void release() {
    close(detach());
  }

  private synchronized @Nullable PortAllocator detach() {
    PortAllocator its = allocator;
    allocator = null;
    held.clear();
    Session.ofThisJvm().remove(this);
    return its;
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
