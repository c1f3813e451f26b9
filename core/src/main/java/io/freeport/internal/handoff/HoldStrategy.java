package io.freeport.internal.handoff;

import io.freeport.PortRequest;
import io.freeport.internal.hold.Hold;
import java.io.IOException;
import java.net.BindException;

/** What depends on whether this JVM alone holds a port, or several JVMs of a build do. */
interface HoldStrategy {

  /**
   * Binds a port again after its consumer has stopped.
   *
   * @throws BindException if somebody has the port
   */
  Hold bindAgain(PortRequest request, int number) throws IOException;

  /** Returns whether other JVMs rely on the number and on the hold. */
  boolean isShared();
}
