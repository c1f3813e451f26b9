package io.freeport.plan;

import io.freeport.Protocol;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ports that the services of a plan have now. Not thread-safe. */
final class AssignmentTable {

  private final Map<String, Assignment> byService = new LinkedHashMap<>();

  @Nullable Assignment get(String service) {
    return byService.get(service);
  }

  /** Returns what the service had before. */
  @Nullable Assignment put(Assignment assignment) {
    return byService.put(assignment.name(), assignment);
  }

  /** Returns a copy. */
  List<Assignment> all() {
    return List.copyOf(byService.values());
  }

  /** Returns the assignment that keeps a service from having a port. */
  @Nullable Assignment inTheWayOf(PortService service, int port) {
    for (Assignment assignment : byService.values()) {
      if (assignment.port() == port
          && assignment.tier() != AssignmentTier.INHERITED
          && (conflict(assignment.service(), service)
              || overlap(assignment.service().protocol(), service.protocol()))) {
        return assignment;
      }
    }
    return null;
  }

  static boolean conflict(PortService one, PortService other) {
    return one.conflicts().contains(other.name()) || other.conflicts().contains(one.name());
  }

  private static boolean overlap(Protocol one, Protocol other) {
    return (one != Protocol.UDP && other != Protocol.UDP)
        || (one != Protocol.TCP && other != Protocol.TCP);
  }
}
