package io.freeport.junit5;

import io.freeport.HeldPort;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Knows the ports of some injection points. {@link FreePortInjection} asks one source after the
 * other.
 */
interface PortSource {

  /**
   * Returns the ports for a point, and holds them if necessary.
   *
   * @return the ports; null if this source has none for the point
   */
  @Nullable List<HeldPort> portsFor(InjectionPoint point, ExtensionContext context);
}
