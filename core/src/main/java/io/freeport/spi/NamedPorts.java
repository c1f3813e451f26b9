package io.freeport.spi;

import io.freeport.HeldPort;
import java.util.Set;

/**
 * Ports for defined names, such as the services of a plan: {@code @FreePort("server")} then is the
 * port of the service {@code "server"}. Users do not need this interface.
 *
 * <p>All methods may be called from any thread.
 *
 * @since 0.1.0
 */
public interface NamedPorts extends AutoCloseable {

  /**
   * Opens the ports. Found by {@link java.util.ServiceLoader}.
   *
   * @since 0.1.0
   */
  interface Provider {

    /**
     * Returns the type of what {@link #open} returns. A parameter or field of this type gets the
     * ports of all names.
     *
     * @return the type
     */
    Class<? extends NamedPorts> type();

    /**
     * Returns ports that are held when they are asked for first.
     *
     * @param usedBy the name of the test or class that asks, for messages
     * @return the ports, to be closed by the caller
     */
    NamedPorts open(String usedBy);
  }

  /**
   * Returns the defined names.
   *
   * @return all names
   */
  Set<String> names();

  /**
   * Returns the name that defines a name's port. Names that share a port have the same one.
   *
   * @param name one of the names
   * @return the name itself if it has a port of its own
   */
  String source(String name);

  /**
   * Returns a name's port, and holds it if necessary.
   *
   * @param name one of the names
   * @return the port, which is released when this is closed
   * @throws RuntimeException if no port is available
   */
  HeldPort held(String name);

  /**
   * Holds a name's port if necessary, and offers it to its consumer.
   *
   * @param name one of the names
   * @return the number
   * @throws RuntimeException if no port is available
   */
  int offer(String name);

  /**
   * Holds the ports of all names.
   *
   * @throws RuntimeException if one of them is not available
   */
  void holdAll();

  /** Releases all ports. Closing it again does nothing. */
  @Override
  void close();
}
