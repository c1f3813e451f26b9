package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortBlock;
import io.freeport.PortRequest;
import io.freeport.PortTier;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.internal.JUnitParameters;
import io.freeport.junit5.internal.Session;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What all tests of one run share: the settings and the allocator. Each port is in a store or in
 * the session, which closes it, so nothing has to close the allocator.
 */
final class RunScope {

  private final Settings settings;
  private final PortAllocator allocator;

  private RunScope(Settings settings) {
    this.settings = settings;
    this.allocator = PortAllocator.builder(settings).build();
  }

  static RunScope of(ExtensionContext context) {
    return Contexts.store(context.getRoot())
        .getOrComputeIfAbsent(
            RunScope.class, any -> new RunScope(settings(context)), RunScope.class);
  }

  /** Returns the settings of a run. Its configuration parameters may differ from the session's. */
  static Settings settings(ExtensionContext context) {
    return Session.ofThisJvm().settings().with(JUnitParameters.of(context));
  }

  /** Holds the ports that a point's annotation describes. */
  StoredPorts hold(InjectionPoint point, ExtensionContext context, String usedBy) {
    PortRequest request = allocator.pinned(request(point, usedBy));
    StoredPorts held =
        new StoredPorts(
            request.lastTier() == PortTier.ANY
                ? allocator.holdAll(request)
                : holdInTurn(request, point, context),
            point);
    try {
      point.report(held.ports(), context);
      return held;
    } catch (Throwable e) { // the ports are not in a store yet
      held.close();
      throw e;
    }
  }

  private List<HeldPort> holdInTurn(
      PortRequest request, InjectionPoint point, ExtensionContext context) {
    return new FixedPortQueue(allocator, settings)
        .hold(request, PortUsages.numbersOfTest(context, point.instance()));
  }

  private static PortRequest request(InjectionPoint point, String usedBy) {
    try {
      return PortAttributes.request(point.annotation(), usedBy, point.type() == PortBlock.class);
    } catch (IllegalArgumentException e) {
      throw point.error("cannot be satisfied. " + e.getMessage());
    }
  }
}
