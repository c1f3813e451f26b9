package io.freeport;

/**
 * Is told what happens to the ports of an allocator.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PortListener {

  /**
   * Called after something happened, in the thread in which it did, without any lock. What it
   * throws is logged and goes no further.
   *
   * @param event what happened
   */
  void on(PortEvent event);
}
