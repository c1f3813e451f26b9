package io.freeport.spi;

import io.freeport.HandoffMode;

/**
 * The part of a {@link io.freeport.HeldPort} that modules need to hand a port over to consumers of
 * their kind, such as containers or commands. Get it from {@link io.freeport.HeldPort#handover()};
 * tests do not need it.
 *
 * <p>All methods may be called from any thread.
 *
 * @since 0.1.0
 */
public interface PortHandover {

  /**
   * Starts a consumer.
   *
   * @param <T> the result of the start
   * @param <E> how the start may fail
   * @since 0.1.0
   */
  @FunctionalInterface
  interface Start<T, E extends Exception> {

    /**
     * Starts the consumer on the current number of the port.
     *
     * @return what was started
     * @throws E if it cannot be started; with a {@link java.net.BindException} in the chain of
     *     causes if somebody has the port
     */
    T start() throws E;
  }

  /**
   * Opens the port to its consumer in the given mode, whatever the mode of its allocator is. A port
   * that is offered already and still held is let go of for {@link HandoffMode#CLOSE_THEN_BIND}.
   *
   * @param mode used from now on, also if the port is offered again
   * @throws IllegalStateException if the port is released
   * @throws io.freeport.PortUnavailableException if the port was taken and somebody still has it
   */
  void offer(HandoffMode mode);

  /**
   * Offers the port unless it is taken, and starts the consumer. A consumer that does not set
   * {@code SO_REUSEADDR} cannot bind beside the hold: it fails with a port conflict although nobody
   * has the port. Then the hold is closed and the consumer is started once more. If that fails too,
   * and still nobody has the port, the port is held again.
   *
   * <p>After a port conflict {@link #isInUse()} tells whether somebody was faster; if not, the
   * conflict is about another port.
   *
   * @param start starts the consumer, in this thread
   * @param <T> what is started
   * @param <E> how the start may fail
   * @return what was started; {@link io.freeport.HeldPort#awaitTaken} tells whether it has the port
   * @throws E if the start fails
   * @throws IllegalStateException if the port is released
   */
  <T, E extends Exception> T start(Start<T, E> start) throws E;

  /**
   * Lets the hold stay beside the consumer until the port is released, as {@link
   * io.freeport.PortRequest.Builder#keep()} does. Does nothing where no hold can stay: for UDP and
   * in {@link HandoffMode#CLOSE_THEN_BIND}.
   */
  void retainHold();

  /**
   * Returns whether somebody uses the port, beside its hold or instead of it. For a port for TCP
   * and UDP, one of the two is enough. Unlike {@link io.freeport.HeldPort#confirm()} this changes
   * nothing. No connection is made.
   *
   * @return whether it is in use at the time of the call; false if it is held and was not offered
   * @throws java.io.UncheckedIOException if that cannot be found out
   */
  boolean isInUse();

  /**
   * Gives up the number and holds another one that satisfies the same request. The {@link
   * io.freeport.HeldPort} stays the same object and has the new number. A port of a contiguous
   * block is exchanged with its whole block. The port then is {@linkplain
   * io.freeport.PortState#HELD held}. It never gets a number that it had before.
   *
   * <p>What was copied or built from the former number is wrong afterwards. While a block is
   * exchanged, another thread can read a mix of former and new numbers.
   *
   * @throws io.freeport.PortUnavailableException if there is no other port; this one stays as it is
   * @throws IllegalStateException if the port is released, its allocator is closed, the port is one
   *     of {@link io.freeport.build.BuildPorts}, or somebody uses another port of its block that is
   *     {@linkplain io.freeport.PortState#TAKEN taken}
   */
  void exchange();
}
