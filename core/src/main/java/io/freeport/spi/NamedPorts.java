package io.freeport.spi;

import io.freeport.HeldPort;
import java.util.Set;

/**
 * Ports for names that somebody has defined, such as the services of a plan:
 * {@code @FreePort("server")} then is what that says about {@code "server"}. Users need not know of
 * it.
 *
 * <p>All methods may be called from any thread.
 *
 * @since 0.1.0
 */
public interface NamedPorts extends AutoCloseable {

  /**
   * Opens them. Found by {@link java.util.ServiceLoader}.
   *
   * @since 0.1.0
   */
  interface Provider {

    /**
     * Returns what {@link #open} returns, for those who ask for all ports at once.
     *
     * @return the type of a parameter or field
     */
    Class<? extends NamedPorts> type();

    /**
     * Starts without any port; they are held as they are asked for.
     *
     * @param usedBy who asks, such as a test; for messages
     * @return to be closed by the caller
     */
    NamedPorts open(String usedBy);
  }

  /**
   * Returns which names are defined.
   *
   * @return all names
   */
  Set<String> names();

  /**
   * Returns the name of the definition that a name's port comes from: names that share a port have
   * the same.
   *
   * @param name one of the names
   * @return itself, if it has a port of its own
   */
  String source(String name);

  /**
   * Returns the hold of a name's port, and holds it if it is not yet.
   *
   * @param name one of the names
   * @return the hold, which is released when this is closed
   * @throws RuntimeException if there is none to be had
   */
  HeldPort held(String name);

  /**
   * Holds a name's port if it is not yet, and offers it to its consumer.
   *
   * @param name one of the names
   * @return the number
   * @throws RuntimeException if there is none to be had
   */
  int offer(String name);

  /**
   * Holds the ports of all names.
   *
   * @throws RuntimeException if one cannot be had
   */
  void holdAll();

  /** Releases all ports. Closing it again does nothing. */
  @Override
  void close();
}
