package io.freeport.plan;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.build.BuildPorts;
import io.freeport.plan.PortService.Scope;
import io.freeport.plan.health.HealthCheck;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds ports for services, one after the other. Not for several threads. */
final class Assigner {

  private final PortPlan plan;
  private final PortAllocator allocator;
  private final String usedBy;
  private final List<PlanListener> listeners;
  private final Map<String, Assignment> assigned = new LinkedHashMap<>();
  private boolean closed;

  Assigner(PortPlan plan, PortAllocator allocator, String usedBy, List<PlanListener> listeners) {
    this.plan = plan;
    this.allocator = allocator;
    this.usedBy = usedBy;
    this.listeners = listeners;
  }

  @Nullable Assignment get(String name) {
    return assigned.get(name);
  }

  /** Returns the port of a service, which gets one if it has none. */
  Assignment assign(PortService service) {
    Assignment present = assigned.get(service.name());
    if (present != null) {
      return present;
    }
    if (closed) {
      throw new IllegalStateException(
          "These PortAssignments are closed, so \""
              + service.name()
              + "\" gets no port any more. Ask for it before they are.");
    }
    Assignment assignment =
        service.inherit().isPresent()
            ? inherited(service, assign(plan.service(service.inherit().get())))
            : place(service);
    assigned.put(service.name(), assignment);
    tell(PlanEvent.Type.ASSIGNED, assignment, 0, "");
    return assignment;
  }

  private static Assignment inherited(PortService service, Assignment from) {
    return new Assignment(service, from.port(), AssignmentTier.INHERITED, from.held());
  }

  /** Moves a service to another port than it has, without moving others. */
  Assignment move(PortService service) {
    Assignment before = assign(service);
    if (closed) {
      throw new IllegalStateException("These PortAssignments are closed: nothing can be moved.");
    }
    PortService root = rootOf(service);
    if (root.scope() == Scope.BUILD) {
      throw new PortConflictException(
          "Service \""
              + service.name()
              + "\" stays on port "
              + before.port()
              + ", which is that of all JVMs of the build. To be moved it must not have \"scope: build\".",
          null);
    }
    replace(root.name(), elsewhere(root, Set.of(before.port())), before.port(), "");
    return assign(service);
  }

  /** Releases all but the build's, whatever one of them is found to leak. */
  void close() {
    closed = true;
    RuntimeException failure = null;
    for (Assignment assignment : assigned.values()) {
      if (rootOf(assignment.service()).scope() == Scope.BUILD) {
        continue;
      }
      try {
        assignment.held().ifPresent(HeldPort::close); // again for heirs, which does nothing
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private PortService rootOf(PortService service) {
    return service.inherit().map(plan::service).map(this::rootOf).orElse(service);
  }

  private Assignment place(PortService service) {
    if (service.scope() == Scope.BUILD) {
      return elsewhere(service, Set.of()); // mostly another JVM has found it, so nobody gives way
    }
    Assignment wanted = amongPreferred(service);
    if (wanted != null) {
      return wanted;
    }
    HeldPort port = null;
    PortUnavailableException failure = null;
    try {
      port = hold(service, Set.of());
    } catch (PortUnavailableException e) {
      failure = e;
    }
    if (plan.strategy() == ConflictStrategy.MINIMAL
        && (port == null || port.tier() == PortTier.ANY)) {
      Assignment instead = byMovingOne(service);
      if (instead != null) {
        if (port != null) {
          port.close();
        }
        return instead;
      }
    }
    if (port == null) {
      throw new PortConflictException(failure(service, failure), failure);
    }
    return assignment(service, port);
  }

  /**
   * Looks at each preferred port by itself, if it matters why one cannot be had; else that is left
   * to one request for all tiers, which asks the kernel once.
   */
  private @Nullable Assignment amongPreferred(PortService service) {
    boolean contested =
        plan.strategy() == ConflictStrategy.AGGRESSIVE
            && service.preferred().stream().anyMatch(port -> at(port, service) != null);
    if (!contested && !service.detect()) {
      return null;
    }
    for (int port : service.preferred()) {
      Assignment other = at(port, service);
      if (other != null) {
        if (plan.strategy() == ConflictStrategy.AGGRESSIVE && mayDisplace(service, other)) {
          requireLeft(other, service);
          displace(other, service);
          HeldPort held = holdExactly(service, port);
          if (held != null) {
            return assignment(service, held);
          }
        }
      } else if (service.protocol() == Protocol.UDP || HealthCheck.free(port).check().healthy()) {
        HeldPort held = holdExactly(service, port);
        if (held != null) {
          return assignment(service, held);
        }
      } else if (service.detect()
          && service.healthCheck(port, plan.healthTimeout()).check().healthy()) {
        return new Assignment(service, port, AssignmentTier.DETECTED, Optional.empty());
      }
    }
    return null;
  }

  private @Nullable Assignment byMovingOne(PortService service) {
    for (int port : service.preferred()) {
      Assignment other = at(port, service);
      if (other != null && mayDisplace(service, other) && !isInUse(other)) {
        try {
          displace(other, service);
        } catch (PortConflictException nowhereToGo) {
          continue;
        }
        HeldPort held = holdExactly(service, port);
        if (held != null) {
          return assignment(service, held);
        }
      }
    }
    return null;
  }

  private static boolean mayDisplace(PortService service, Assignment other) {
    return other.service().scope() != Scope.BUILD
        && other.service().priority().compareTo(service.priority()) >= 0;
  }

  private void requireLeft(Assignment other, PortService asking) {
    if (isInUse(other)) {
      tell(PlanEvent.Type.MUST_MOVE, other, 0, asking.name());
      if (isInUse(other) && HealthCheck.listening(other.port()).check().healthy()) {
        throw new PortConflictException(
            "Service \""
                + asking.name()
                + "\" is to have port "
                + other.port()
                + ", but service \""
                + other.name()
                + "\" uses it and did not leave when it was told to. Stop it in a listener for "
                + PlanEvent.Type.MUST_MOVE
                + ", or use the strategy minimal or conservative.",
            null);
      }
    }
  }

  /** Whoever was given the number may start with it at any moment. */
  private static boolean isInUse(Assignment assignment) {
    return assignment
        .held()
        .map(held -> held.state() == PortState.OFFERED || held.state() == PortState.TAKEN)
        .orElse(true);
  }

  /**
   * Moves a service away. Between its release and the hold for the asking service, a stranger may
   * take the port; that service then looks further.
   */
  private void displace(Assignment other, PortService asking) {
    replace(
        other.name(),
        elsewhere(other.service(), Set.of(other.port())),
        other.port(),
        asking.name());
  }

  private Assignment elsewhere(PortService service, Set<Integer> without) {
    PortUnavailableException failure = null;
    try {
      HeldPort port = hold(service, without);
      if (port != null) {
        return assignment(service, port);
      }
    } catch (PortUnavailableException e) {
      failure = e;
    }
    throw new PortConflictException(failure(service, failure), failure);
  }

  private void replace(String name, Assignment next, int before, String askedBy) {
    Assignment previous = assigned.put(name, next);
    try {
      if (previous != null) {
        previous.held().ifPresent(HeldPort::close);
      }
    } finally { // whatever leaks, heirs must not keep a port that is released
      tell(PlanEvent.Type.MOVED, next, before, askedBy);
      for (Assignment heir : List.copyOf(assigned.values())) {
        if (heir.service().inherit().filter(name::equals).isPresent()) {
          replace(heir.name(), inherited(heir.service(), next), before, askedBy);
        }
      }
    }
  }

  /** Returns who of the plan has a number in a way that the service cannot have it, too. */
  private @Nullable Assignment at(int port, PortService asking) {
    for (Assignment assignment : assigned.values()) {
      if (assignment.port() == port
          && assignment.tier() != AssignmentTier.INHERITED
          && (conflict(assignment.service(), asking)
              || overlap(assignment.service().protocol(), asking.protocol()))) {
        return assignment;
      }
    }
    return null;
  }

  private static boolean conflict(PortService one, PortService other) {
    return one.conflicts().contains(other.name()) || other.conflicts().contains(one.name());
  }

  private static boolean overlap(Protocol one, Protocol other) {
    return (one != Protocol.UDP && other != Protocol.UDP)
        || (one != Protocol.TCP && other != Protocol.TCP);
  }

  private @Nullable HeldPort holdExactly(PortService service, int port) {
    try {
      return allocator.hold(
          PortRequest.named(service.name())
              .usedBy(usedBy)
              .protocol(service.protocol())
              .preferred(port)
              .strict()
              .build());
    } catch (PortUnavailableException somebodyWasFaster) {
      return null;
    }
  }

  /** Returns null if the plan itself leaves nothing for the service. */
  private @Nullable HeldPort hold(PortService service, Set<Integer> without) {
    // A preferred port that is excluded is not tried, but those near it are.
    PortRequest.Builder request =
        PortRequest.named(service.name())
            .usedBy(usedBy)
            .protocol(service.protocol())
            .preferred(service.preferred().stream().mapToInt(Integer::intValue).toArray())
            .fallback(service.fallback().stream().mapToInt(Integer::intValue).toArray());
    service.ranges().forEach(range -> request.range(range.first(), range.last()));
    avoidedFor(service).forEach(request::exclude);
    without.forEach(request::exclude);
    assigned.values().stream()
        .map(Assignment::port)
        .filter(port -> at(port, service) != null)
        .forEach(request::exclude);
    leftToOthers(service).forEach(request::exclude);
    if (service.autoFallback()) {
      return hold(service, request.upTo(PortTier.ANY));
    }
    if (service.preferred().stream()
        .allMatch(port -> without.contains(port) || at(port, service) != null)) {
      return null;
    }
    return hold(service, request.strict());
  }

  private HeldPort hold(PortService service, PortRequest.Builder request) {
    return service.scope() == Scope.BUILD
        ? BuildPorts.ofThisJvm().hold(plan.id() + " " + service.name(), allocator, request.build())
        : allocator.hold(request.build());
  }

  /** Who names a number wants it, even if it is avoided otherwise. */
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

  /** What services that conflict with this one prefer, and this one does not name itself. */
  private List<Integer> leftToOthers(PortService service) {
    return plan.services().values().stream()
        .filter(other -> conflict(service, other))
        .flatMap(other -> other.preferred().stream())
        .filter(port -> !service.preferred().contains(port) && !service.fallback().contains(port))
        .toList();
  }

  private static Assignment assignment(PortService service, HeldPort port) {
    return new Assignment(
        service, port.number(), AssignmentTier.of(port.tier()), Optional.of(port));
  }

  private String failure(PortService service, @Nullable PortUnavailableException cause) {
    StringBuilder message = new StringBuilder("No port for service \"" + service.name() + "\".");
    for (int port : service.preferred()) {
      Assignment other = at(port, service);
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
    return message
        .append("\n  - Prefer other ports for it")
        .append(service.autoFallback() ? "" : ", allow autoFallback")
        .append(", or change the strategy, which is ")
        .append(plan.strategy().toString().toLowerCase(Locale.ROOT))
        .append('.')
        .toString();
  }

  private void tell(PlanEvent.Type type, Assignment assignment, int before, String askedBy) {
    PlanEvent event = new PlanEvent(type, assignment.name(), assignment.port(), before, askedBy);
    listeners.forEach(listener -> listener.on(event));
  }
}
