package io.freeport.internal.handoff;

import io.freeport.PortRequest;
import io.freeport.internal.hold.Hold;
import java.io.IOException;
import java.net.BindException;

/** This JVM alone holds the port. */
final class OwnHold implements HoldStrategy {

  @Override
  public Hold bindAgain(PortRequest request, int number) throws IOException {
    try {
      return Hold.exclusive(request.protocol(), request.address(), number);
    } catch (BindException takenOrInTimeWait) {
      return Hold.exclusiveDespiteTimeWait(request.protocol(), request.address(), number);
    }
  }

  @Override
  public boolean isShared() {
    return false;
  }
}
