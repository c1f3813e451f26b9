package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Which ports a context has, and where they were asked for: for what is said about a failure. */
final class PortsInUse {

  /** A port, and where it was asked for. */
  record Use(HeldPort port, Place place) {}

  private final Queue<Use> uses = new ConcurrentLinkedQueue<>();

  private PortsInUse() {}

  /**
   * The key is the context's own: a store would else find what the contexts around it have. Its id
   * would do as well, but is put together whenever it is asked for.
   */
  private static Object key(ExtensionContext context) {
    return List.of(PortsInUse.class, new Identity(context));
  }

  static void add(ExtensionContext context, List<HeldPort> ports, Place place) {
    PortsInUse its =
        context
            .getStore(StoredPorts.NAMESPACE)
            .getOrComputeIfAbsent(key(context), any -> new PortsInUse(), PortsInUse.class);
    ports.forEach(port -> its.uses.add(new Use(port, place)));
  }

  /** Returns the ports of a context, of those around it and of the session; a port only once. */
  static List<Use> visibleFrom(ExtensionContext context) {
    List<Use> all = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    for (ExtensionContext at = context; at != null; at = at.getParent().orElse(null)) {
      PortsInUse its = of(at);
      if (its != null) {
        its.uses.stream().filter(use -> seen.add(use.port().number())).forEach(all::add);
      }
    }
    Session.ofThisJvm()
        .ports()
        .flatMap(stored -> stored.ports().stream().map(port -> new Use(port, stored.place())))
        .filter(use -> seen.add(use.port().number()))
        .forEach(all::add);
    return all;
  }

  /** Returns the numbers that these will not release before the context ends. */
  static Set<Integer> numbersVisibleFrom(ExtensionContext context) {
    return visibleFrom(context).stream()
        .filter(use -> use.port().state() != PortState.RELEASED)
        .map(use -> use.port().number())
        .collect(Collectors.toSet());
  }

  private static @Nullable PortsInUse of(ExtensionContext context) {
    return context.getStore(StoredPorts.NAMESPACE).get(key(context), PortsInUse.class);
  }
}
