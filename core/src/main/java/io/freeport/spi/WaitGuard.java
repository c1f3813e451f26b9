package io.freeport.spi;

import java.util.Set;

/**
 * Decides whether a request that was refused goes on waiting, for modules that know more than which
 * numbers are in use: whose they are, for example. Called in the thread that waits.
 *
 * @see io.freeport.PortAllocator#holdAll(io.freeport.PortRequest, WaitGuard)
 * @since 0.1.0
 */
public interface WaitGuard {

  /**
   * Decides about the next pause. Called after each attempt that failed, and also, while earlier
   * requests are to get these ports first, without an attempt.
   *
   * @param refused the numbers that the kernel refused in this attempt; empty if there was none
   * @return false to have the request fail now, with the message of a request that does not wait
   * @throws RuntimeException to have the request fail with this exception
   */
  boolean mayWait(Set<Integer> refused);

  /**
   * Returns whether the one who waits keeps other ports meanwhile. Such a request is not kept back
   * by an earlier one for several ports, which may need the ports that this one keeps.
   *
   * @return whether others may wait for ports of this one
   */
  boolean keepsPorts();
}
