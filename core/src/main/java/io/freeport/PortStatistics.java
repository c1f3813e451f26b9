package io.freeport;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what happened to the ports of this JVM.
 *
 * <p>All methods may be called from any thread. Each number is exact; several read one after the
 * other may be of different moments.
 *
 * @since 0.1.0
 */
public final class PortStatistics {

  /** One for the JVM: allocators come and go, and a summary is about all of them. */
  private static final PortStatistics OF_THIS_JVM = new PortStatistics();

  private final Map<PortEvent.Type, LongAdder> events = new EnumMap<>(PortEvent.Type.class);
  private final LongAdder reaped = new LongAdder();

  PortStatistics() {
    for (PortEvent.Type type : PortEvent.Type.values()) {
      events.put(type, new LongAdder());
    }
  }

  /**
   * Returns the statistics of this JVM.
   *
   * @return always the same
   */
  public static PortStatistics ofThisJvm() {
    return OF_THIS_JVM;
  }

  /**
   * Returns how often something happened to a port.
   *
   * @param type what happened
   * @return how often, 0 or more
   */
  public long count(PortEvent.Type type) {
    return adder(type).sum();
  }

  /**
   * Returns how many containers of dead owners this JVM removed.
   *
   * @return 0 or more
   */
  public long reaped() {
    return reaped.sum();
  }

  /**
   * Counts containers of dead owners that were removed.
   *
   * @param containers how many, 0 or more
   */
  public void addReaped(int containers) {
    reaped.add(containers);
  }

  void add(PortEvent.Type type) {
    adder(type).increment();
  }

  private LongAdder adder(PortEvent.Type type) {
    LongAdder adder = events.get(type);
    if (adder == null) {
      throw new AssertionError(type);
    }
    return adder;
  }
}
