package io.freeport.internal.search;

import io.freeport.spi.PortReclaimer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/** Asks each {@link PortReclaimer} that there is. */
final class Reclaimers {

  private static final Logger LOGGER = System.getLogger(Reclaimers.class.getName());

  private Reclaimers() {}

  /** Returns whether one of the ports may be free now. It never fails: the port's user would. */
  static boolean anyOf(Set<Integer> ports) {
    if (ports.isEmpty()) {
      return false;
    }
    boolean any = false;
    try {
      for (PortReclaimer reclaimer :
          ServiceLoader.load(PortReclaimer.class, PortReclaimer.class.getClassLoader())) {
        any |= reclaimer.reclaim(ports);
      }
    } catch (RuntimeException | ServiceConfigurationError | LinkageError e) {
      LOGGER.log(Level.WARNING, "Cannot reclaim ports from dead test runs", e);
    }
    return any;
  }
}
