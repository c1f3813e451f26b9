package io.freeport.plan.internal.file;

import io.freeport.PortRange;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortService;
import io.freeport.plan.PortService.Priority;
import io.freeport.plan.PortService.Requirement;
import io.freeport.plan.PortService.Scope;
import io.freeport.plan.health.ServiceHealth;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The keys of {@code freeport.yaml}. */
public final class PlanKeys {

  static final String SERVICES = "services";
  static final String ENVIRONMENTS = "environments";
  static final List<String> SECTIONS = List.of(SERVICES, ENVIRONMENTS);

  static final PlanKey<List<Integer>> PREFERRED =
      ofOwnPort("preferred", List.of(), (node, services) -> ports(node), PortService::preferred);

  static final PlanKey<List<Integer>> FALLBACK =
      ofOwnPort("fallback", List.of(), (node, services) -> ports(node), PortService::fallback);

  static final PlanKey<List<PortRange>> RANGE =
      ofOwnPort("range", List.of(), (node, services) -> ranges(node), PortService::ranges);

  static final PlanKey<Priority> PRIORITY =
      ofOwnPort(
          "priority",
          Priority.NORMAL,
          (node, services) -> node.choice(Priority.class),
          PortService::priority);

  static final PlanKey<List<Requirement>> REQUIRES =
      ofAll(
          "requires",
          List.of(),
          (node, services) -> distinct(node, item -> item.choice(Requirement.class)),
          PortService::requires);

  static final PlanKey<List<String>> CONFLICTS =
      ofAll(
          "conflicts",
          List.of(),
          (node, services) -> distinct(node, item -> item.name("service", services)),
          PortService::conflicts);

  static final PlanKey<Optional<String>> INHERIT =
      ofAll(
          "inherit",
          Optional.empty(),
          (node, services) -> Optional.of(node.name("service", services)),
          PortService::inherit);

  static final PlanKey<OptionalInt> CONTAINER =
      ofAll(
          "container",
          OptionalInt.empty(),
          (node, services) -> OptionalInt.of(node.port()),
          PortService::container);

  static final PlanKey<Boolean> AUTO_FALLBACK =
      ofOwnPort("autoFallback", true, (node, services) -> node.flag(), PortService::autoFallback);

  static final PlanKey<Boolean> DETECT =
      ofOwnPort("detect", false, (node, services) -> node.flag(), PortService::detect);

  static final PlanKey<Scope> SCOPE =
      ofOwnPort(
          "scope",
          Scope.ASSIGNMENT,
          (node, services) -> node.choice(Scope.class),
          PortService::scope);

  static final PlanKey<Optional<ServiceHealth>> HEALTH =
      ofAll(
          "health",
          Optional.empty(),
          (node, services) -> Optional.of(health(node)),
          PortService::health);

  private static final List<PlanKey<?>> OF_SERVICE =
      List.of(
          PREFERRED,
          FALLBACK,
          RANGE,
          PRIORITY,
          REQUIRES,
          CONFLICTS,
          INHERIT,
          CONTAINER,
          AUTO_FALLBACK,
          DETECT,
          SCOPE,
          HEALTH);

  private static final String PREFIX = "freeport.";

  /** These belong to one process or user, or select what counts in a file. */
  private static final Set<String> NOT_IN_FILES =
      Set.of("freeport.dir", "freeport.environment", "freeport.build", "freeport.api");

  private PlanKeys() {}

  private static <T> PlanKey<T> ofAll(
      String name,
      T defaultValue,
      BiFunction<PlanNode, Set<String>, T> reader,
      Function<PortService, T> getter) {
    return new PlanKey<>(name, defaultValue, reader, getter, false);
  }

  /** For a key that a service cannot have together with "inherit". */
  private static <T> PlanKey<T> ofOwnPort(
      String name,
      T defaultValue,
      BiFunction<PlanNode, Set<String>, T> reader,
      Function<PortService, T> getter) {
    return new PlanKey<>(name, defaultValue, reader, getter, true);
  }

  /** Returns the keys of a service, in the order in which they are shown. */
  public static List<PlanKey<?>> ofService() {
    return OF_SERVICE;
  }

  /** Returns the names of the keys of a service. */
  public static List<String> namesOfService() {
    return OF_SERVICE.stream().<String>map(PlanKey::name).toList();
  }

  /** Returns the settings that a file may have, without "freeport.". */
  public static List<String> settings() {
    return Settings.keys().stream()
        .filter(key -> !NOT_IN_FILES.contains(key))
        .map(key -> key.substring(PREFIX.length()))
        .toList();
  }

  private static List<Integer> ports(PlanNode node) {
    List<Integer> ports = new ArrayList<>();
    for (PlanNode item : node.items()) {
      int port = item.port();
      if (ports.contains(port)) {
        throw item.error("port " + port + " is in the list twice. Remove one.");
      }
      ports.add(port);
    }
    return ports;
  }

  private static List<PortRange> ranges(PlanNode node) {
    return node.items().stream().map(PlanNode::range).toList();
  }

  private static <T> List<T> distinct(PlanNode node, Function<PlanNode, T> reader) {
    return node.items().stream().map(reader).distinct().toList();
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
      // reported below
    }
    throw node.error("expected " + expected + ", but found \"" + path + "\".");
  }
}
