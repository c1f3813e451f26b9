package io.freeport.junit5;

import io.freeport.spi.NamedPorts;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The launcher session of this JVM. It is process-wide, since neither the contexts of extensions
 * (before JUnit 5.13) nor services can get at the session in which they are.
 *
 * <p>A session within another one, as when a test runs tests, is part of that one.
 */
final class Session {

  private static final Session OF_THIS_JVM = new Session();

  private final Map<Object, Slot<StoredPorts>> ports = new ConcurrentHashMap<>();
  private final WaitingTests waiting = new WaitingTests();
  private volatile @Nullable JUnitSettings parameters;

  // Guarded by this.
  private final Set<FreePortExtension> extensions = new LinkedHashSet<>();
  private @Nullable NamedPorts planned;
  private int depth;

  private Session() {}

  static Session ofThisJvm() {
    return OF_THIS_JVM;
  }

  synchronized boolean isOpen() {
    return depth > 0;
  }

  /** Returns whether this is the outermost one. */
  synchronized boolean open() {
    return ++depth == 1;
  }

  /** Returns which tests of this JVM wait for fixed ports, in whichever session. */
  WaitingTests waiting() {
    return waiting;
  }

  /** Returns the ports of a key; the same for everybody until the session ends. */
  StoredPorts ports(Object key, Supplier<StoredPorts> hold) {
    return ports.computeIfAbsent(key, any -> new Slot<>()).get(hold);
  }

  /** Returns all ports of the session. */
  Stream<StoredPorts> ports() {
    return ports.values().stream().flatMap(slot -> slot.made().stream());
  }

  /** Returns the ports of the plan; the same for everybody until the session ends. */
  synchronized NamedPorts planned(Supplier<NamedPorts> open) {
    NamedPorts its = planned;
    if (its == null) {
      its = open.get();
      planned = its;
    }
    return its;
  }

  /** Has an extension's ports released at the end, unless it does that before. */
  synchronized void add(FreePortExtension extension) {
    extensions.add(extension);
  }

  synchronized void remove(FreePortExtension extension) {
    extensions.remove(extension);
  }

  /** Ends a session; with the outermost one, everything that is left is released. */
  void close() {
    List<AutoCloseable> left;
    synchronized (this) {
      if (--depth > 0) {
        return;
      }
      left = new ArrayList<>();
      for (Slot<StoredPorts> slot : ports.values()) {
        slot.made().ifPresent(left::add);
      }
      for (FreePortExtension extension : extensions) {
        left.add(extension::release);
      }
      if (planned != null) {
        left.add(planned);
        planned = null;
      }
      extensions.clear();
      ports.clear();
    }
    if (!left.isEmpty()) {
      StoredPorts.closeAll(left);
    }
  }

  /** The configuration parameters of the tests that run; null before the first ones. */
  @Nullable JUnitSettings parameters() {
    return parameters;
  }

  void parameters(JUnitSettings parameters) {
    this.parameters = parameters;
  }
}
