package io.freeport.spi;

import java.util.Set;

/**
 * Gets ports back from what dead test runs left behind. It is found by {@link
 * java.util.ServiceLoader}, and called once before a request fails; if it has freed something, the
 * request is tried once more.
 *
 * @since 0.1.0
 */
public interface PortReclaimer {

  /**
   * Frees ports, as far as those who have them are certainly dead. It is called in the thread that
   * asks for a port, so it has to come to an end.
   *
   * @param ports the ports that were asked for and that somebody has
   * @return whether one of them may be free now
   */
  boolean reclaim(Set<Integer> ports);
}
