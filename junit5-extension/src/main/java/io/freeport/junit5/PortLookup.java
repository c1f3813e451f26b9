package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortBlock;
import io.freeport.PortRequest;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.NamedPorts;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Finds the ports of a place, or holds new ones. */
final class PortLookup {

  private final Place place;
  private final PortAttributes attributes;
  private final ExtensionContext context;
  private final ProgrammedPorts programmed;

  PortLookup(Place place, ExtensionContext context, ProgrammedPorts programmed) {
    this.place = place;
    this.attributes = PortAttributes.of(place.annotation());
    this.context = context;
    this.programmed = programmed;
  }

  List<HeldPort> ports() {
    return programmed
        .defining(place.name())
        .map(this::programmed)
        .or(this::plannedPort)
        .orElseGet(this::annotated);
  }

  /** Returns the ports of all services of the plan. */
  NamedPorts planned() {
    if (!place.name().isEmpty() || !attributes.isPlain()) {
      throw place.error(
          "has the ports of the whole plan, so it can say nothing but its scope. Leave the rest out.");
    }
    if (isOfSession()) {
      NamedPorts ports = PlannedPorts.ofSession().orElseThrow();
      ports.holdAll();
      return ports;
    }
    ExtensionContext owner = isPerClass() ? ofClass() : owner();
    return PlannedPorts.all(owner, nameOf(owner));
  }

  private Optional<List<HeldPort>> plannedPort() {
    String name = place.name();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    return (isOfSession()
            ? PlannedPorts.ofSession().filter(ports -> ports.names().contains(name))
            : PlannedPorts.defining(name, owner(), nameOf(owner())))
        .map(
            ports -> {
              if (!attributes.isPlain()) {
                throw place.error(
                    "says what \""
                        + name
                        + "\" is to be like, but the plan has a service of that name. Say it in one of the two.");
              }
              if (!isOfSession() && PlannedPorts.isElsewhere(name, ports, context)) {
                throw place.error(
                    "asks for \""
                        + name
                        + "\" of the class, but something already asked for one of the test. Say scope = CLASS there too.");
              }
              List<HeldPort> port = List.of(ports.held(name));
              PortsInUse.add(context, port, place);
              publish(port);
              return port;
            });
  }

  private boolean isOfSession() {
    return place.annotation().scope() == PortScope.SESSION && Session.ofThisJvm().isOpen();
  }

  private List<HeldPort> programmed(FreePortExtension extension) {
    if (!attributes.isPlain()) {
      throw place.error(
          "says what \""
              + place.name()
              + "\" is to be like, but a FreePortExtension defines it. Say it in one of the two.");
    }
    extension.useIn(context); // also if JUnit will tell it of this context only later
    List<HeldPort> ports = extension.ports(place.name(), this::numbersOfThisTest);
    PortsInUse.add(context, ports, place);
    publish(ports);
    return ports;
  }

  private List<HeldPort> annotated() {
    StoredPorts stored =
        place.annotation().scope() == PortScope.SESSION ? ofSession() : inStoreOf(owner());
    if (!attributes.isPlain()
        && !attributes.equals(PortAttributes.of(stored.place().annotation()))) {
      throw place.error(
          "asks for \""
              + place.name()
              + "\" in another way than "
              + stored.place().description()
              + ", which was there first. Say it only there, or say the same.");
    }
    return stored.ports();
  }

  /** Without a listener for the session (JUnit lets one switch it off) it is that of the run. */
  private StoredPorts ofSession() {
    return Session.ofThisJvm().isOpen()
        ? Session.ofThisJvm().ports(place.key(), () -> hold("all tests of this JVM"))
        : stored(context.getRoot(), List.of(PortScope.SESSION, place.key()));
  }

  /**
   * A store also looks into those of the contexts around its own: this is how a test sees the named
   * ports of its class.
   */
  @SuppressWarnings("ReferenceEquality") // it has to be this very entry
  private StoredPorts inStoreOf(ExtensionContext owner) {
    StoredPorts stored = stored(owner, place.key());
    Object nearest =
        StoredOnce.find(context.getStore(StoredPorts.NAMESPACE), place.key()).orElse(stored);
    if (nearest instanceof StoredPorts nearer && nearer != stored) {
      throw place.error(
          "asks for \""
              + place.name()
              + "\" of the class, but "
              + nearer.place().description()
              + " already asked for one of the test. Say scope = CLASS there too.");
    }
    return stored;
  }

  private StoredPorts stored(ExtensionContext owner, Object key) {
    return StoredOnce.get(
        owner.getStore(StoredPorts.NAMESPACE),
        key,
        () -> {
          StoredPorts held = hold(nameOf(owner));
          PortsInUse.add(owner, held.ports(), place);
          return held;
        });
  }

  private ExtensionContext owner() {
    boolean isOfInstance = place.annotation().scope() == PortScope.TEST_INSTANCE;
    return isOfInstance && (!isPerClass() || place.name().isEmpty()) ? context : ofClass();
  }

  private boolean isPerClass() {
    return context
        .getTestInstanceLifecycle()
        .filter(lifecycle -> lifecycle == Lifecycle.PER_CLASS)
        .isPresent();
  }

  private ExtensionContext ofClass() {
    ExtensionContext result = context;
    while (result.getTestMethod().isPresent() && result.getParent().isPresent()) {
      result = result.getParent().get();
    }
    return result;
  }

  private StoredPorts hold(String usedBy) {
    PortRequest request;
    try {
      request = attributes.request(place.name(), usedBy, place.type() == PortBlock.class);
    } catch (IllegalArgumentException e) {
      throw place.error("cannot be satisfied. " + e.getMessage());
    }
    StoredPorts held =
        new StoredPorts(Run.of(context).queue().hold(request, this::numbersOfThisTest), place);
    try {
      publish(held.ports());
      return held;
    } catch (Throwable e) { // nobody else knows of these ports yet
      held.close();
      throw e;
    }
  }

  private Set<Integer> numbersOfThisTest() {
    Set<Integer> numbers = new HashSet<>(PortsInUse.numbersVisibleFrom(context));
    programmed.held().forEach(port -> numbers.add(port.number()));
    return numbers;
  }

  private void publish(List<HeldPort> ports) {
    context.publishReportEntry(
        place.title(),
        ports.stream().map(port -> String.valueOf(port.number())).collect(Collectors.joining(",")));
  }

  /** The test, or the class if the port is of all its tests, as people call it. */
  static String nameOf(ExtensionContext owner) {
    String type = owner.getTestClass().map(Class::getSimpleName).orElse("all tests of this run");
    return owner.getTestMethod().map(method -> type + "." + method.getName() + "()").orElse(type);
  }

  /**
   * What is the same for the whole run. The allocator is not itself closed: every port that it
   * hands out here is in a store, which closes it. This record keeps it from the stores' sight,
   * which would close whatever is {@code AutoCloseable}.
   */
  private record Run(FixedPortQueue queue) {

    static Run of(ExtensionContext context) {
      return context
          .getRoot()
          .getStore(StoredPorts.NAMESPACE)
          .getOrComputeIfAbsent(Run.class, any -> create(context), Run.class);
    }

    private static Run create(ExtensionContext context) {
      Settings settings = Settings.ofThisJvm().with(JUnitSettings.of(context));
      return new Run(
          new FixedPortQueue(
              PortAllocator.builder(settings).build(), FixedPortQueue.timeoutOf(settings)));
    }
  }
}
