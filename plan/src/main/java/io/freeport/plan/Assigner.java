package io.freeport.plan;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.Protocol;
import io.freeport.plan.PortService.Scope;
import io.freeport.plan.health.HealthCheck;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Assigns ports to services, one after the other, and moves services as the strategy of the plan
 * demands. Not thread-safe.
 */
final class Assigner {

  private final PlanDefinition plan;
  private final List<PlanListener> listeners;
  private final AssignmentTable assigned = new AssignmentTable();
  private final ServicePorts ports;
  private boolean closed;

  Assigner(
      PlanDefinition plan, PortAllocator allocator, String usedBy, List<PlanListener> listeners) {
    this.plan = plan;
    this.listeners = listeners;
    this.ports = new ServicePorts(plan, allocator, usedBy, assigned);
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
            : assignPort(service);
    assigned.put(assignment);
    fire(PlanEvent.Type.ASSIGNED, assignment, 0, "");
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
              + ", which all JVMs of the build share. Remove \"scope: build\" to let it move.",
          null);
    }
    replace(reassign(root, before.port()), before.port(), "");
    return assign(service);
  }

  /** Releases all ports but those of the build, even if one of them turns out to be leaked. */
  void close() {
    closed = true;
    RuntimeException failure = null;
    for (Assignment assignment : assigned.all()) {
      if (rootOf(assignment.service()).scope() == Scope.BUILD) {
        continue;
      }
      try {
        assignment
            .held()
            .ifPresent(HeldPort::close); // closing it again for those that inherit does nothing
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

  private Assignment assignPort(PortService service) {
    if (service.scope() == Scope.BUILD) {
      // Usually another JVM has found the port already, so no service makes way for it.
      return assignment(service, ports.hold(service, Set.of()));
    }
    Assignment preferred = tryPreferredPorts(service);
    if (preferred != null) {
      return preferred;
    }
    HeldPort port = null;
    PortConflictException failure = null;
    try {
      port = ports.hold(service, Set.of());
    } catch (PortConflictException e) {
      failure = e;
    }
    if (plan.strategy() == ConflictStrategy.MINIMAL
        && (port == null || port.tier() == PortTier.ANY)) {
      Assignment displaced = displaceOne(service);
      if (displaced != null) {
        if (port != null) {
          port.close();
        }
        return displaced;
      }
    }
    if (port == null) {
      throw Objects.requireNonNull(failure);
    }
    return assignment(service, port);
  }

  /**
   * Tries each preferred port on its own, if it matters why one is not available. Otherwise one
   * request for all tiers does it, which asks the kernel once. Returns null for none.
   */
  private @Nullable Assignment tryPreferredPorts(PortService service) {
    boolean contested =
        plan.strategy() == ConflictStrategy.AGGRESSIVE
            && service.preferred().stream()
                .anyMatch(port -> assigned.inTheWayOf(service, port) != null);
    if (!contested && !service.detect()) {
      return null;
    }
    for (int port : service.preferred()) {
      Assignment other = assigned.inTheWayOf(service, port);
      if (other != null) {
        if (plan.strategy() == ConflictStrategy.AGGRESSIVE && mayDisplace(service, other)) {
          requireLeft(other, service);
          displace(other, service);
          HeldPort held = ports.holdExactly(service, port);
          if (held != null) {
            return assignment(service, held);
          }
        }
      } else if (service.protocol() == Protocol.UDP || HealthCheck.free(port).check().healthy()) {
        HeldPort held = ports.holdExactly(service, port);
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

  private @Nullable Assignment displaceOne(PortService service) {
    for (int port : service.preferred()) {
      Assignment other = assigned.inTheWayOf(service, port);
      if (other != null && mayDisplace(service, other) && !isInUse(other)) {
        try {
          displace(other, service);
        } catch (PortConflictException nowhereToGo) {
          continue;
        }
        HeldPort held = ports.holdExactly(service, port);
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
      fire(PlanEvent.Type.MUST_MOVE, other, 0, asking.name());
      if (isInUse(other) && HealthCheck.listening(other.port()).check().healthy()) {
        throw new PortConflictException(
            "Service \""
                + asking.name()
                + "\" would get port "
                + other.port()
                + ", but service \""
                + other.name()
                + "\" uses it and did not leave when asked to. Stop it in a listener for "
                + PlanEvent.Type.MUST_MOVE
                + ", or use the strategy minimal or conservative.",
            null);
      }
    }
  }

  /** After an offer, the service may listen at any moment. */
  private static boolean isInUse(Assignment assignment) {
    return assignment
        .held()
        .map(held -> held.state() == PortState.OFFERED || held.state() == PortState.TAKEN)
        .orElse(true);
  }

  /**
   * Moves a service away. Another process may take the port before the asking service holds it,
   * which then tries other ports.
   */
  private void displace(Assignment other, PortService asking) {
    replace(reassign(other.service(), other.port()), other.port(), asking.name());
  }

  /** Returns another port, which is not announced yet. */
  private Assignment reassign(PortService service, int before) {
    return assignment(service, ports.hold(service, Set.of(before)));
  }

  private void replace(Assignment next, int before, String askedBy) {
    Assignment previous = assigned.put(next);
    try {
      if (previous != null) {
        previous.held().ifPresent(HeldPort::close);
      }
    } finally { // even after a leak, those that inherit must not keep a released port
      fire(PlanEvent.Type.MOVED, next, before, askedBy);
      for (Assignment other : assigned.all()) {
        if (other.service().inherit().filter(next.name()::equals).isPresent()) {
          replace(inherited(other.service(), next), before, askedBy);
        }
      }
    }
  }

  private static Assignment assignment(PortService service, HeldPort port) {
    return new Assignment(
        service, port.number(), AssignmentTier.of(port.tier()), Optional.of(port));
  }

  private void fire(PlanEvent.Type type, Assignment assignment, int before, String askedBy) {
    PlanEvent event = new PlanEvent(type, assignment.name(), assignment.port(), before, askedBy);
    listeners.forEach(listener -> listener.on(event));
  }
}
