package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.junit5.internal.Closeables;
import java.util.List;

/**
 * Ports that a store or the session owns, and releases when it is closed.
 *
 * @param ports the ports
 * @param point the point that asked for them first
 */
record StoredPorts(List<HeldPort> ports, InjectionPoint point) implements AutoCloseable {

  @Override
  public void close() {
    Closeables.closeAll(ports);
  }
}
