package io.freeport;

/**
 * Starts something that listens on a port.
 *
 * @param <T> what it starts
 * @param <E> how that may fail
 * @since 0.1.0
 */
@FunctionalInterface
public interface PortConsumer<T, E extends Exception> {

  /**
   * Starts the consumer. It may be called again: with the same port, if the consumer could not bind
   * beside the hold, or with another one, if somebody else had this one.
   *
   * @param port an offered port
   * @return what was started
   * @throws E if it cannot be started; with a {@link java.net.BindException} in the chain of causes
   *     if somebody has the port
   */
  T start(HeldPort port) throws E;
}
