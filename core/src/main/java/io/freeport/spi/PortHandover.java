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
     * Starts the consumer.
     *
     * @param number the current number of the port
     * @return what was started
     * @throws E if it cannot be started; with a {@link java.net.BindException} in the chain of
     *     causes if somebody has the port
     */
    T startOn(int number) throws E;
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
   * Offers the port, and starts the consumer once. A port that was taken is reclaimed first. A
   * consumer that cannot listen beside the hold fails although nobody has the port: it throws an
   * exception about a port conflict or, if it is a {@link Process}, ends at once. Then the hold is
   * closed and the consumer is started once more. A process is waited for until it has the port,
   * for {@code freeport.handoff.timeout} at most, other consumers are not: {@link
   * io.freeport.HeldPort#awaitTaken} does that.
   *
   * <p>If the start fails, the port is held again, unless somebody else has it: {@link #isInUse()}
   * tells which.
   *
   * @param start starts the consumer, in this thread
   * @param <T> what is started
   * @param <E> how the start may fail
   * @return what was started
   * @throws E if the start fails
   * @throws io.freeport.PortHandoffException if its process ends without the port
   * @throws io.freeport.PortUnavailableException if the port was taken and somebody still has it
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
   * Holds the port again, alone, if nobody uses it. If somebody does, the port stays as it is, and
   * where its hold is there, nobody else can bind it from now on. So call this before the consumer
   * is stopped and again after that, and nobody can take the port in between. The next offer opens
   * the port again.
   *
   * @return whether nobody uses the port; false also if it is released
   * @throws io.freeport.PortUnavailableException if the system gives no socket
   */
  boolean takeBack();

  /**
   * Undoes a {@link #takeBack} that found somebody who uses the port: others can bind it again
   * beside its hold when the consumer has stopped. For a consumer that goes on, and may come back
   * by itself.
   */
  void reopen();

  /**
   * Returns whether the hold is there, alone or beside the consumer. A handover closes it, unless
   * it is retained. Where a port cannot be shared, {@code offer} closes it.
   *
   * @return whether a socket of this JVM is bound to the port
   */
  boolean hasHold();

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
