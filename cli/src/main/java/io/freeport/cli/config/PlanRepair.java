package io.freeport.cli.config;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortUnavailableException;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.docker.reaper.ReapPlan;
import io.freeport.docker.reaper.Reaper;
import io.freeport.plan.PlanException;
import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortConflictException;
import io.freeport.plan.PortPlan;
import io.freeport.plan.PortService;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the services of a plan that cannot get a port, and a remedy for each. */
final class PlanRepair {

  private final PlanOption option;
  private final PortPlan plan;
  private final Map<Path, PlanDocument> documents = new LinkedHashMap<>();
  private final Map<String, Integer> assigned = new LinkedHashMap<>();
  private @Nullable List<ReapPlan.Finding> leftovers;

  PlanRepair(PlanOption option) {
    this.option = option;
    this.plan = option.load();
  }

  /** Returns what each service could have, once this has looked. */
  Map<String, Integer> assigned() {
    return assigned;
  }

  /** Holds what can be had, as long as it looks for the rest. */
  List<PlanFix> findings() {
    List<PlanFix> findings = new ArrayList<>();
    try (PortAssignments assignments = plan.open();
        PortAllocator allocator = PortAllocator.builder(plan.loaded().settings()).build()) {
      List<PortService> services = new ArrayList<>(plan.services().values());
      services.sort(Comparator.comparing(PortService::priority));
      for (PortService service : services) {
        try {
          assigned.put(service.name(), assignments.assign(service.name()).port());
        } catch (PortConflictException e) {
          // An heir gets the port of the service that it inherits from.
          if (service.inherit().isEmpty()) {
            findings.add(finding(service, e, allocator));
          }
        }
      }
    }
    return findings;
  }

  private PlanFix finding(
      PortService service, PortConflictException failure, PortAllocator allocator) {
    String reason = reason(service, failure);
    Optional<PlanFix.Change> change = reap(service);
    try {
      return new PlanFix(
          service.name(), reason, change.isPresent() ? change : otherPort(service, allocator));
    } catch (CommandFailure | PlanException takesAPerson) {
      return new PlanFix(
          service.name(), reason + " " + takesAPerson.getMessage(), Optional.empty());
    }
  }

  private static Set<Integer> named(PortService service) {
    return Stream.concat(service.preferred().stream(), service.fallback().stream())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private String reason(PortService service, PortConflictException failure) {
    List<String> reasons = new ArrayList<>();
    for (int port : named(service)) {
      List<String> others =
          assigned.entrySet().stream()
              .filter(other -> other.getValue() == port)
              .map(Map.Entry::getKey)
              .toList();
      reasons.add(
          others.isEmpty()
              ? PortDiagnosis.of(port, service.protocol()).describe()
              : "Port " + port + " is that of service \"" + others.get(0) + "\".");
    }
    if (!service.ranges().isEmpty()) {
      reasons.add(
          "None of "
              + service.ranges().stream().map(Object::toString).collect(Collectors.joining(", "))
              + " is free.");
    }
    return reasons.isEmpty() ? PlanFix.firstLine(failure) : String.join(" ", reasons);
  }

  private Optional<PlanFix.Change> reap(PortService service) {
    for (int port : named(service)) {
      for (ReapPlan.Finding leftover : leftovers()) {
        if (leftover.ports().contains(port)) {
          return Optional.of(new PlanFix.Reap(port, leftover, leftovers().size()));
        }
      }
    }
    return Optional.empty();
  }

  /** Asks the engine once and only if needed, because it may take long. */
  private List<ReapPlan.Finding> leftovers() {
    List<ReapPlan.Finding> found = leftovers;
    if (found == null) {
      try {
        found = Reaper.create().plan().toRemove();
      } catch (IllegalStateException noEngine) {
        found = List.of();
      }
      leftovers = found;
    }
    return found;
  }

  /**
   * Returns a further port, unless a variable says which ones there are.
   *
   * @throws CommandFailure if there is none, or the file is written in a way that takes a person
   */
  private Optional<PlanFix.Change> otherPort(PortService service, PortAllocator allocator) {
    String last = service.autoFallback() ? "fallback" : "preferred";
    List<Integer> present = service.autoFallback() ? service.fallback() : service.preferred();
    String written = "services." + service.name();
    Optional<Path> file =
        Stream.of(written + "." + last, written + ".preferred", written)
            .filter(candidate -> plan.loaded().origin(candidate).isPresent())
            .findFirst()
            .flatMap(this::file);
    if (file.isEmpty()) {
      return Optional.empty(); // a variable says so
    }
    PlanDocument document = documents.computeIfAbsent(file.get(), option::document);
    List<String> key = List.of("services", service.name(), last);
    List<String> ofEnvironment =
        Stream.concat(Stream.of("environments", plan.environment()), key.stream()).toList();
    int port = free(service, allocator);
    List<Integer> ports = new ArrayList<>(present);
    ports.add(port);
    PlanFix.OtherPort change =
        new PlanFix.OtherPort(
            document,
            document.has(ofEnvironment) ? ofEnvironment : key,
            ports.stream().map(String::valueOf).collect(Collectors.joining(",")));
    change.document().set(change.key(), change.value());
    return Optional.of(change);
  }

  /** The hold stays until all services have been looked at, so that each gets another one. */
  private static int free(PortService service, PortAllocator allocator) {
    PortRequest.Builder request =
        PortRequest.named(service.name())
            .protocol(service.protocol())
            .preferred(service.preferred().stream().mapToInt(Integer::intValue).toArray());
    try {
      HeldPort port = allocator.hold(request.build());
      return port.number();
    } catch (PortUnavailableException e) {
      throw new CommandFailure(ExitStatus.FAILED, e);
    }
  }

  /** Returns the file in which a key is written; empty if it is not in a file. */
  private Optional<Path> file(String key) {
    Optional<String> origin = plan.loaded().origin(key);
    return option.files().stream()
        .filter(file -> origin.filter(text -> text.startsWith(file + ":")).isPresent())
        .findFirst();
  }
}
