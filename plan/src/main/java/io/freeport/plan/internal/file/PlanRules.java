package io.freeport.plan.internal.file;

import io.freeport.Protocol;
import io.freeport.plan.PlanException;
import io.freeport.plan.PortService;
import io.freeport.plan.PortService.Requirement;
import io.freeport.plan.PortService.Scope;
import io.freeport.plan.health.ServiceHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Rejects definitions, alone or together, that no ports could ever satisfy. */
public final class PlanRules {

  private final Map<String, PortService> services;
  private final Map<String, PlanNode> nodes;

  private PlanRules(Map<String, PortService> services, Map<String, PlanNode> nodes) {
    this.services = services;
    this.nodes = nodes;
  }

  static void check(Map<String, PortService> services, Map<String, PlanNode> nodes) {
    PlanRules rules = new PlanRules(services, nodes);
    services
        .values()
        .forEach(
            service -> {
              rules.checkName(service);
              rules.checkRequirements(service);
              rules.checkConflicts(service);
              if (service.inherit().isPresent()) {
                rules.checkInheritance(service);
              } else {
                rules.checkPorts(service);
              }
            });
  }

  /** Returns the name of a service, or of one of its keys, in environment variables. */
  public static String variableName(String name) {
    return name.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
  }

  private void checkName(PortService service) {
    services.keySet().stream()
        .takeWhile(other -> !other.equals(service.name()))
        .filter(other -> variableName(other).equals(variableName(service.name())))
        .findFirst()
        .ifPresent(
            other -> {
              throw error(
                  service,
                  "",
                  "the environment could not tell this service from \""
                      + other
                      + "\": both are "
                      + variableName(other)
                      + ". Rename one.");
            });
  }

  private void checkRequirements(PortService service) {
    List<Requirement> requires = service.requires();
    if (requires.contains(Requirement.UDP)
        && !requires.equals(List.of(Requirement.UDP))
        && !requires.equals(List.of(Requirement.TCP, Requirement.UDP))
        && !requires.equals(List.of(Requirement.UDP, Requirement.TCP))) {
      throw error(
          service,
          "requires",
          "udp can be required alone or with tcp; make a service of its own for each of the others.");
    }
    if (service.protocol() == Protocol.UDP
        && service.health().filter(health -> !health.equals(ServiceHealth.LISTENING)).isPresent()) {
      throw error(service, "health", "over UDP the only check is \"listening\".");
    }
  }

  private void checkConflicts(PortService service) {
    if (service.conflicts().contains(service.name())) {
      throw error(service, "conflicts", "a service cannot conflict with itself. Remove it.");
    }
    for (String other : service.conflicts()) {
      if (lineage(service).contains(other) || lineage(definition(other)).contains(service.name())) {
        throw error(
            service,
            "conflicts",
            "\""
                + other
                + "\" has the same port by \"inherit\", so it cannot conflict. Remove one of the two.");
      }
    }
  }

  private void checkInheritance(PortService service) {
    lineage(service);
    PlanKeys.ofService().stream()
        .filter(PlanKey::ofOwnPort)
        .map(PlanKey::name)
        .filter(key -> has(service, key))
        .findFirst()
        .ifPresent(
            key -> {
              throw error(
                  service,
                  key,
                  "the service has the port of \""
                      + service.inherit().orElseThrow()
                      + "\", so this means nothing. Remove it, or \"inherit\".");
            });
    Protocol own = service.protocol();
    Protocol inherited = definition(service.inherit().orElseThrow()).protocol();
    if (own != inherited && inherited != Protocol.TCP_AND_UDP) {
      throw error(
          service,
          "inherit",
          "it requires "
              + own
              + ", but \""
              + service.inherit().orElseThrow()
              + "\" has a port for "
              + inherited
              + " only. Let that one require both: [tcp, udp].");
    }
  }

  private void checkPorts(PortService service) {
    if (!service.autoFallback() && service.preferred().isEmpty()) {
      throw error(service, "autoFallback", "without it a port must be named: \"preferred: ...\".");
    }
    if (service.detect() && (service.preferred().isEmpty() || service.health().isEmpty())) {
      throw error(
          service,
          "detect",
          "to find the service it takes \"preferred: ...\", where to look, and \"health: ...\", how to tell it from others.");
    }
    if (service.scope() == Scope.BUILD) {
      if (service.protocol() != Protocol.TCP) {
        throw error(
            service,
            "scope",
            "only TCP ports can be held by all JVMs of a build. Leave out \"udp\", or this.");
      }
      if (service.detect()) {
        throw error(
            service,
            "scope",
            "a service that is detected is not the build's. Leave out \"detect\", or this.");
      }
    }
    if (service.autoFallback()) {
      return;
    }
    for (PortService other : services.values()) {
      if (other.equals(service)) {
        return; // each pair once, reported at the later one
      }
      if (!other.autoFallback()
          && other.protocol() == service.protocol()
          && service.preferred().size() == 1
          && other.preferred().equals(service.preferred())) {
        throw error(
            service,
            "preferred",
            "\""
                + other.name()
                + "\" will have no other port than "
                + service.preferred().get(0)
                + " either. Prefer another one, or allow autoFallback.");
      }
    }
  }

  /** Returns the services that a service inherits from, the nearest first. */
  private List<String> lineage(PortService service) {
    List<String> lineage = new ArrayList<>();
    Optional<String> next = service.inherit();
    while (next.isPresent()) {
      lineage.add(next.get());
      if (next.get().equals(service.name())) {
        throw error(
            service,
            "inherit",
            "a service ends up inheriting from itself: "
                + service.name()
                + " -> "
                + String.join(" -> ", lineage)
                + ". Give one of them a port of its own.");
      }
      if (lineage.size() > services.size()) {
        return lineage; // a cycle of other services, which is reported at one of them
      }
      next = definition(next.get()).inherit();
    }
    return lineage;
  }

  private PortService definition(String name) {
    return Objects.requireNonNull(services.get(name));
  }

  private boolean has(PortService service, String key) {
    return Objects.requireNonNull(nodes.get(service.name())).map().containsKey(key);
  }

  private PlanException error(PortService service, String key, String problem) {
    PlanNode node = Objects.requireNonNull(nodes.get(service.name()));
    return node.map().getOrDefault(key, node).error(problem);
  }
}
