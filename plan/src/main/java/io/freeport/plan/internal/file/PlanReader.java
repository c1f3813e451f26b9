package io.freeport.plan.internal.file;

import io.freeport.plan.PortService;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns nodes into definitions of services, each on its own; {@link PlanRules} checks them all. */
final class PlanReader {

  /** Reserved because they are keys beside the services in JSON. */
  private static final Set<String> RESERVED = Set.of("environment", "urls");

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

  private final Set<String> names;

  private PlanReader(Set<String> names) {
    this.names = names;
  }

  /** Returns the services in the order in which they are written. */
  static Map<String, PortService> services(@Nullable PlanNode node) {
    Map<String, PortService> services = new LinkedHashMap<>();
    if (node != null) {
      Map<String, PlanNode> definitions = node.map();
      PlanReader reader = new PlanReader(definitions.keySet());
      definitions.forEach((name, value) -> services.put(name, reader.service(name, value)));
      PlanRules.check(services, definitions);
    }
    return services;
  }

  private PortService service(String name, PlanNode node) {
    if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
      throw node.error(
          "a service cannot be called \""
              + name
              + "\". Use letters, digits, - and _, a letter first, and neither of "
              + RESERVED.stream().sorted().toList()
              + ".");
    }
    Map<String, PlanNode> values = node.map(PlanKeys.namesOfService());
    return new PortService(
        name,
        PlanKeys.PREFERRED.read(values, names),
        PlanKeys.FALLBACK.read(values, names),
        PlanKeys.RANGE.read(values, names),
        PlanKeys.PRIORITY.read(values, names),
        PlanKeys.REQUIRES.read(values, names),
        PlanKeys.CONFLICTS.read(values, names),
        PlanKeys.INHERIT.read(values, names),
        PlanKeys.CONTAINER.read(values, names),
        PlanKeys.AUTO_FALLBACK.read(values, names),
        PlanKeys.DETECT.read(values, names),
        PlanKeys.SCOPE.read(values, names),
        PlanKeys.HEALTH.read(values, names));
  }
}
