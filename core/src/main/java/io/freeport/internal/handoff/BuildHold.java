package io.freeport.internal.handoff;

import io.freeport.HandoffMode;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.owner.RecordedHold;
import java.io.IOException;

/** Each JVM of a build holds the port, beside the others. */
final class BuildHold implements HoldStrategy {

  private final OwnerRegistry registry;

  BuildHold(OwnerRegistry registry) {
    this.registry = registry;
  }

  /**
   * Binds the port beside another JVM of the build that has it on record. If there is none, the
   * port may be offered by somebody else by now, beside whom a shared bind would succeed. Then an
   * exclusive one decides.
   */
  @Override
  public Hold bindAgain(PortRequest request, int number) throws IOException {
    if (isOnRecord(request.name(), number)) {
      return Hold.shared(request.address(), number);
    }
    Hold hold = Hold.anyExclusive(request.protocol(), request.address(), number);
    boolean unused = hold.offer(HandoffMode.SHARED);
    return hold;
  }

  private boolean isOnRecord(String name, int number) {
    return registry.ownersOfThisNetwork().stream()
        .filter(owner -> !owner.owner().equals(registry.self()))
        .flatMap(owner -> owner.holds().stream())
        .anyMatch(hold -> hold.port() == number && isOf(name, hold));
  }

  /** Long names are cut on record. */
  private static boolean isOf(String name, RecordedHold hold) {
    return hold.state() != PortState.HELD
        && name.isEmpty() == hold.name().isEmpty()
        && name.startsWith(hold.name());
  }

  @Override
  public boolean isShared() {
    return true;
  }
}
