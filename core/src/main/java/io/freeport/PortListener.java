package io.freeport;

/**
 * Listens to what happens to the ports of an allocator.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PortListener {

  /**
   * Called after something happened, in the same thread and without a lock. {@link
   * PortEvent.Type#LEAKED} may come half a second after the release, from a thread of FreePort. An
   * exception is logged and ignored.
   *
   * @param event what happened
   */
  void on(PortEvent event);
}
