package io.freeport.plan.internal.file;

import io.freeport.PortRange;
import io.freeport.plan.PortService;
import io.freeport.plan.PortService.Priority;
import io.freeport.plan.PortService.Requirement;
import io.freeport.plan.PortService.Scope;
import io.freeport.plan.health.ServiceHealth;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes definitions of nodes: each for itself; {@link PlanRules} looks at them together. */
public final class PlanReader {

  static final List<String> KEYS =
      List.of(
          "preferred",
          "fallback",
          "range",
          "priority",
          "requires",
          "conflicts",
          "inherit",
          "container",
          "autoFallback",
          "detect",
          "scope",
          "health");

  /** They would become keys beside the services in JSON. */
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
    Map<String, PlanNode> values = node.map(KEYS);
    return new PortService(
        name,
        ports(values.get("preferred")),
        ports(values.get("fallback")),
        ranges(values.get("range")),
        values.containsKey("priority")
            ? values.get("priority").choice(Priority.class)
            : Priority.NORMAL,
        items(values.get("requires")).stream()
            .map(item -> item.choice(Requirement.class))
            .distinct()
            .toList(),
        items(values.get("conflicts")).stream()
            .map(item -> item.name("service", names))
            .distinct()
            .toList(),
        Optional.ofNullable(values.get("inherit")).map(other -> other.name("service", names)),
        values.containsKey("container")
            ? OptionalInt.of(values.get("container").port())
            : OptionalInt.empty(),
        !values.containsKey("autoFallback") || values.get("autoFallback").flag(),
        values.containsKey("detect") && values.get("detect").flag(),
        values.containsKey("scope") ? values.get("scope").choice(Scope.class) : Scope.ASSIGNMENT,
        Optional.ofNullable(values.get("health")).map(PlanReader::health));
  }

  private static List<PlanNode> items(@Nullable PlanNode node) {
    return node == null ? List.of() : node.items();
  }

  private static List<Integer> ports(@Nullable PlanNode node) {
    List<Integer> ports = new ArrayList<>();
    for (PlanNode item : items(node)) {
      int port = item.port();
      if (ports.contains(port)) {
        throw item.error("port " + port + " is in the list twice. Remove one.");
      }
      ports.add(port);
    }
    return ports;
  }

  public static List<PortRange> ranges(@Nullable PlanNode node) {
    return items(node).stream().map(PlanNode::range).toList();
  }

  private static ServiceHealth health(PlanNode node) {
    String expected = "tcp, listening, a path such as /health, or a mapping with path and status";
    if (node.isText()) {
      String text = node.text(expected);
      return switch (text) {
        case "tcp" -> ServiceHealth.TCP;
        case "listening" -> ServiceHealth.LISTENING;
        default -> http(node, text, 200, expected);
      };
    }
    Map<String, PlanNode> values = node.map(List.of("path", "status"));
    PlanNode path = values.get("path");
    PlanNode status = values.get("status");
    if (path == null) {
      throw node.error("the path is missing. Expected " + expected + ".");
    }
    return http(
        path,
        path.text("a path such as /health"),
        status == null ? 200 : status.number("a status from 100 to 599", 100, 599),
        "a path such as /health");
  }

  private static ServiceHealth http(PlanNode node, String path, int status, String expected) {
    try {
      if (path.startsWith("/") && URI.create("http://localhost" + path).getHost() != null) {
        return new ServiceHealth(ServiceHealth.Kind.HTTP, path, status);
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw node.error("expected " + expected + ", but found \"" + path + "\".");
  }
}
