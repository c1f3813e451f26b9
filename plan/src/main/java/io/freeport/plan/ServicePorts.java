package io.freeport.plan;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.PortTier;
import io.freeport.PortUnavailableException;
import io.freeport.build.BuildPorts;
import io.freeport.plan.PortService.Scope;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Holds ports for services, apart from those that other services of the plan have or prefer. */
final class ServicePorts {

  private final PlanDefinition plan;
  private final PortAllocator allocator;
  private final String usedBy;
  private final AssignmentTable assigned;

  ServicePorts(
      PlanDefinition plan, PortAllocator allocator, String usedBy, AssignmentTable assigned) {
    this.plan = plan;
    this.allocator = allocator;
    this.usedBy = usedBy;
    this.assigned = assigned;
  }

  /** Returns null if another process has the port. */
  @Nullable HeldPort holdExactly(PortService service, int port) {
    try {
      return allocator.hold(request(service).preferred(port).strict().build());
    } catch (PortUnavailableException taken) {
      return null;
    }
  }

  /**
   * Holds a port from the lists and ranges of a service, or any.
   *
   * @param without the service does not get these
   * @throws PortConflictException if there is none
   */
  HeldPort hold(PortService service, Set<Integer> without) {
    if (!service.autoFallback()
        && service.preferred().stream()
            .allMatch(port -> without.contains(port) || isAssigned(service, port))) {
      throw noPort(service, null);
    }
    // The search skips an excluded preferred port, but tries those near it.
    PortRequest.Builder request =
        request(service)
            .preferred(service.preferred().stream().mapToInt(Integer::intValue).toArray())
            .fallback(service.fallback().stream().mapToInt(Integer::intValue).toArray());
    service.ranges().forEach(range -> request.range(range.first(), range.last()));
    avoidedFor(service).forEach(request::exclude);
    without.forEach(request::exclude);
    assigned.all().stream()
        .map(Assignment::port)
        .filter(port -> isAssigned(service, port))
        .forEach(request::exclude);
    leftToOthers(service).forEach(request::exclude);
    if (service.autoFallback()) {
      request.upTo(PortTier.ANY);
    } else {
      request.strict();
    }
    try {
      return hold(service, request.build());
    } catch (PortUnavailableException e) {
      throw noPort(service, e);
    }
  }

  private PortRequest.Builder request(PortService service) {
    return PortRequest.named(service.name()).usedBy(usedBy).protocol(service.protocol());
  }

  private HeldPort hold(PortService service, PortRequest request) {
    return service.scope() == Scope.BUILD
        ? BuildPorts.ofThisJvm().hold(plan.id() + " " + service.name(), allocator, request)
        : allocator.hold(request);
  }

  private boolean isAssigned(PortService service, int port) {
    return assigned.inTheWayOf(service, port) != null;
  }

  /** A service gets a number that it names, even if the number is avoided otherwise. */
  private List<PortRange> avoidedFor(PortService service) {
    List<PortRange> avoided = plan.avoided();
    for (List<Integer> named : List.of(service.preferred(), service.fallback())) {
      for (int port : named) {
        avoided = avoided.stream().flatMap(range -> without(port, range)).toList();
      }
    }
    return avoided;
  }

  /** Returns what is left on both sides of a port. */
  private static Stream<PortRange> without(int port, PortRange range) {
    Stream.Builder<PortRange> parts = Stream.builder();
    if (range.first() < port) {
      parts.add(new PortRange(range.first(), Math.min(port - 1, range.last())));
    }
    if (port < range.last()) {
      parts.add(new PortRange(Math.max(port + 1, range.first()), range.last()));
    }
    return parts.build();
  }

  /** Returns what conflicting services prefer, unless this one names it too. */
  private List<Integer> leftToOthers(PortService service) {
    return plan.services().values().stream()
        .filter(other -> AssignmentTable.conflict(service, other))
        .flatMap(other -> other.preferred().stream())
        .filter(port -> !service.preferred().contains(port) && !service.fallback().contains(port))
        .toList();
  }

  private PortConflictException noPort(
      PortService service, @Nullable PortUnavailableException cause) {
    StringBuilder message = new StringBuilder("No port for service \"" + service.name() + "\".");
    for (int port : service.preferred()) {
      Assignment other = assigned.inTheWayOf(service, port);
      if (other != null) {
        message
            .append(" Port ")
            .append(port)
            .append(" is assigned to \"")
            .append(other.name())
            .append("\" of the same plan (")
            .append(other.held().map(held -> held.state().toString()).orElse("detected"))
            .append(").");
      }
    }
    if (cause != null) {
      message.append(' ').append(cause.getMessage());
    }
    message
        .append("\n  - Prefer other ports for it")
        .append(service.autoFallback() ? "" : ", allow autoFallback")
        .append(", or change the strategy, which is ")
        .append(plan.strategy().toString().toLowerCase(Locale.ROOT))
        .append('.');
    return new PortConflictException(message.toString(), cause);
  }
}
