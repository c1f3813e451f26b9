package io.freeport;

import io.freeport.internal.handoff.PortLife;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.search.FoundPort;
import io.freeport.internal.search.PortSearch;
import io.freeport.internal.search.PortSequence;
import io.freeport.internal.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Ports that no allocator found. */
final class HeldPorts {

  private HeldPorts() {}

  static HeldPort of(PortRequest request, FoundPort found, HandoffMode mode, LeakPolicy leaks) {
    OwnerRegistry registry = OwnerRegistry.of(Settings.ofThisJvm());
    KernelPorts kernel = KernelPorts.ofThisMachine();
    PortSearch search =
        new PortSearch(kernel, PortSequence.outsideEphemeralRange(kernel), registry, true);
    PortLife life = PortLife.begin(request, List.of(found), mode, registry).get(0);
    return new HeldPort(
        life,
        List.of(),
        search,
        new PortEvents(List.of(), leaks),
        Duration.ofMinutes(2),
        ConcurrentHashMap.newKeySet());
  }
}
