package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.junit5.internal.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The ports that a context uses, with the points that asked for them. */
final class PortUsages {

  private final Queue<PortUsage> usages = new ConcurrentLinkedQueue<>();

  private PortUsages() {}

  static void add(ExtensionContext context, List<HeldPort> ports, InjectionPoint point) {
    PortUsages ofContext =
        Contexts.store(context)
            .getOrComputeIfAbsent(key(context), any -> new PortUsages(), PortUsages.class);
    for (HeldPort port : ports) {
      ofContext.usages.add(new PortUsage(port, point));
    }
  }

  /** Returns the ports of a context, of those around it and of the session, each once. */
  static List<PortUsage> visibleFrom(ExtensionContext context) {
    List<PortUsage> visible = new ArrayList<>();
    Set<Integer> numbers = new HashSet<>();
    for (ExtensionContext at = context; at != null; at = at.getParent().orElse(null)) {
      PortUsages ofContext = of(at);
      if (ofContext != null) {
        ofContext.usages.stream()
            .filter(usage -> numbers.add(usage.port().number()))
            .forEach(visible::add);
      }
    }
    for (StoredPorts stored : Session.ofThisJvm().values(StoredPorts.class)) {
      stored.ports().stream()
          .filter(port -> numbers.add(port.number()))
          .forEach(port -> visible.add(new PortUsage(port, stored.point())));
    }
    return visible;
  }

  /**
   * Returns the numbers that a test has, and will not release before its context ends.
   *
   * @param instance the test instance, if it is not part of the context yet
   */
  static Set<Integer> numbersOfTest(ExtensionContext context, @Nullable Object instance) {
    Set<Integer> numbers = new HashSet<>();
    for (PortUsage usage : visibleFrom(context)) {
      if (usage.port().state() != PortState.RELEASED) {
        numbers.add(usage.port().number());
      }
    }
    for (HeldPort port : RegisteredExtensions.of(context, instance).held()) {
      numbers.add(port.number());
    }
    return numbers;
  }

  /**
   * The key contains the context, since a store also finds what the contexts around it have. The
   * context's id would do, but JUnit composes it anew for each call.
   */
  private static Object key(ExtensionContext context) {
    return List.of(PortUsages.class, new IdentityKey(context));
  }

  private static @Nullable PortUsages of(ExtensionContext context) {
    return Contexts.store(context).get(key(context), PortUsages.class);
  }
}
