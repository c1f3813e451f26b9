package io.freeport.internal.handoff;

import io.freeport.PortRequest;
import io.freeport.internal.hold.Hold;
import java.io.IOException;

/** This JVM alone holds the port. */
final class OwnHold implements HoldStrategy {

  @Override
  public Hold bindAgain(PortRequest request, int number) throws IOException {
    return Hold.anyExclusive(request.protocol(), request.address(), number);
  }

  @Override
  public boolean isShared() {
    return false;
  }
}
