package io.freeport.spi;

import io.freeport.HeldPort;
import io.freeport.PortRequest;
import io.freeport.PortTier;
import java.util.Optional;

/**
 * The part of a {@link io.freeport.PortAllocator} for ports that several JVMs hold together, as
 * {@link io.freeport.build.BuildPorts} does. Who has agreed on a number with other JVMs holds it
 * beside them: such a port is offered from the beginning, its hold stays beside its consumer, and
 * it keeps its number. Only single TCP ports can be shared.
 *
 * <p>All methods may be called from any thread.
 *
 * @since 0.1.0
 */
public interface SharedPorts {

  /**
   * Holds any port of a request, as the first JVM.
   *
   * @param request for one TCP port
   * @return the port, {@linkplain io.freeport.PortState#OFFERED offered}
   * @throws io.freeport.PortUnavailableException if no port satisfies the request
   */
  HeldPort hold(PortRequest request);

  /**
   * Holds a number that nobody has held for a while, as the first JVM.
   *
   * @param request for one TCP port
   * @param number the number
   * @param tier the tier in which the number was found
   * @return the port, offered; empty if somebody has it
   */
  Optional<HeldPort> holdAgain(PortRequest request, int number, PortTier tier);

  /**
   * Holds a number beside the other JVMs.
   *
   * @param request for one TCP port
   * @param number the number
   * @param tier the tier in which the number was found
   * @return the port: offered or, while its consumer listens, {@linkplain
   *     io.freeport.PortState#TAKEN taken} without a hold
   */
  HeldPort join(PortRequest request, int number, PortTier tier);

  /**
   * Holds a shared port again if it was taken and its consumer has stopped; else does nothing.
   *
   * @param port one of these ports
   */
  void takeBack(HeldPort port);

  /**
   * Releases a port without a look at its consumer, which other JVMs may use.
   *
   * @param port one of these ports
   */
  void release(HeldPort port);
}
