package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.junit5.internal.Memo;
import io.freeport.junit5.internal.Session;
import io.freeport.spi.NamedPorts;
import java.lang.reflect.Type;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The ports of a service plan, if there is one on the class path. Each context has its own; a
 * {@link PlanReference} in its store tells the contexts within which of them a name belongs to.
 */
final class PlannedPorts implements PortSource {

  /** The services of a JVM do not change. */
  private static final class OfServices {
    static final NamedPorts.@Nullable Provider PROVIDER =
        ServiceLoader.load(NamedPorts.Provider.class, NamedPorts.class.getClassLoader())
            .findFirst()
            .orElse(null);
  }

  /** Hides the ports from the stores, which would close them in contexts within. */
  private record PlanReference(NamedPorts ports) {}

  private record NameKey(String name) {}

  private record ContextKey(String id) {}

  /** Returns whether a field or parameter of this type gets the ports of the whole plan. */
  static boolean isWholePlan(Type type) {
    return type instanceof Class<?> named
        && NamedPorts.class.isAssignableFrom(named)
        && OfServices.PROVIDER != null
        && OfServices.PROVIDER.type() == named;
  }

  /** Returns the ports of all services. From then on every name is one of them. */
  static NamedPorts all(InjectionPoint point, ExtensionContext context) {
    NamedPorts.Provider provider = OfServices.PROVIDER;
    if (provider == null || point.isNamed() || !PortAttributes.isPlain(point.annotation())) {
      throw point.error(
          "has the ports of the whole plan, so it can say nothing but its scope. Leave the rest out.");
    }
    if (isOfSession(point)) {
      NamedPorts ports = ofSession(provider);
      ports.holdAll();
      return ports;
    }
    ExtensionContext owner =
        Contexts.isPerClass(context) ? Contexts.classOf(context) : point.owner(context);
    return Memo.get(Contexts.store(owner), NamedPorts.class, () -> allOf(provider, owner)).ports();
  }

  private static PlanReference allOf(NamedPorts.Provider provider, ExtensionContext owner) {
    NamedPorts ports = ofContext(provider, owner);
    ports.holdAll();
    PlanReference reference = new PlanReference(ports);
    for (String name : ports.names()) {
      Contexts.store(owner).put(new NameKey(ports.source(name)), reference);
    }
    return reference;
  }

  @Override
  public @Nullable List<HeldPort> portsFor(InjectionPoint point, ExtensionContext context) {
    if (!point.isNamed()) {
      return null;
    }
    NamedPorts.Provider provider = OfServices.PROVIDER;
    NamedPorts ports = provider == null ? null : defining(provider, point, context);
    if (ports == null) {
      return null;
    }
    if (!PortAttributes.isPlain(point.annotation())) {
      throw point.error(
          "says what \""
              + point.name()
              + "\" is to be like, but the plan has a service of that name. Say it in one of the two.");
    }
    List<HeldPort> port = List.of(ports.held(point.name()));
    PortUsages.add(context, port, point);
    point.report(port, context);
    return port;
  }

  /** Returns the ports that a name belongs to; null if the plan has no service of that name. */
  private static @Nullable NamedPorts defining(
      NamedPorts.Provider provider, InjectionPoint point, ExtensionContext context) {
    if (isOfSession(point)) {
      NamedPorts ports = ofSession(provider);
      return ports.names().contains(point.name()) ? ports : null;
    }
    ExtensionContext owner = point.owner(context);
    NamedPorts ofOwner = ofContext(provider, owner);
    if (!ofOwner.names().contains(point.name())) {
      return null;
    }
    NameKey key = new NameKey(ofOwner.source(point.name()));
    NamedPorts ports =
        Contexts.store(owner)
            .getOrComputeIfAbsent(key, any -> new PlanReference(ofOwner), PlanReference.class)
            .ports();
    requireNoneNearer(point, context, key, ports);
    return ports;
  }

  private static void requireNoneNearer(
      InjectionPoint point, ExtensionContext context, NameKey key, NamedPorts ports) {
    PlanReference nearest = Contexts.store(context).get(key, PlanReference.class);
    if (nearest != null && nearest.ports() != ports) {
      throw point.error(
          "asks for \""
              + point.name()
              + "\" of the class, but something already asked for one of the test. Say scope = CLASS there too.");
    }
  }

  /** Returns the ports of this very context, not of one around it. */
  private static NamedPorts ofContext(NamedPorts.Provider provider, ExtensionContext owner) {
    return Memo.get(
        Contexts.store(owner),
        new ContextKey(owner.getUniqueId()),
        () -> provider.open(Contexts.nameOf(owner)));
  }

  private static NamedPorts ofSession(NamedPorts.Provider provider) {
    return Session.ofThisJvm().get(NamedPorts.class, () -> provider.open("all tests of this JVM"));
  }

  private static boolean isOfSession(InjectionPoint point) {
    return point.isOfSession() && Session.ofThisJvm().isOpen();
  }
}
