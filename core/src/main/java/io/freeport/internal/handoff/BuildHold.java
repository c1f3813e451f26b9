package io.freeport.internal.handoff;

import io.freeport.PortRequest;
import io.freeport.internal.hold.Hold;
import java.io.IOException;

/** Each JVM of a build holds the port, beside the others. */
final class BuildHold implements HoldStrategy {

  @Override
  public Hold bindAgain(PortRequest request, int number) throws IOException {
    return Hold.shared(request.address(), number);
  }

  @Override
  public boolean isShared() {
    return true;
  }
}
