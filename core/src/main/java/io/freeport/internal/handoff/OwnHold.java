package io.freeport.internal.handoff;

import io.freeport.PortRequest;
import io.freeport.Protocol;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.net.BindException;

/** This JVM alone holds the port. */
final class OwnHold implements HoldStrategy {

  private final OwnerRegistry registry;

  OwnHold(OwnerRegistry registry) {
    this.registry = registry;
  }

  /** Returns an exclusive hold or, while former connections are in TIME_WAIT, a shared one. */
  @Override
  public Hold bindAgain(PortRequest request, int number) throws IOException {
    try {
      return Hold.exclusive(request.protocol(), request.address(), number);
    } catch (BindException takenOrInTimeWait) {
      // A shared hold could also be had beside the offered hold of another FreePort. Then both
      // would
      // take the port for theirs.
      if (request.protocol() != Protocol.TCP || registry.isHeldByAnyone(number)) {
        throw takenOrInTimeWait;
      }
      return Hold.shared(request.address(), number);
    }
  }

  @Override
  public boolean isShared() {
    return false;
  }
}
