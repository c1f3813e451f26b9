package io.freeport.cli.config;

import io.freeport.cli.terminal.EnumNames;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortPlan;
import io.freeport.plan.PortService;
import io.freeport.plan.health.ServiceHealth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The values of a plan by their keys, after environments and overrides. */
final class PlanValues {

  /**
   * A value that is set.
   *
   * @param value the effective value
   * @param origin where it was written
   */
  record Value(String value, String origin) {}

  private static final String PREFIX = "freeport.";

  private PlanValues() {}

  /** Returns all values that are set: services first, settings last. */
  static Map<String, Value> of(PortPlan plan) {
    Map<String, Value> values = new LinkedHashMap<>();
    plan.services()
        .forEach(
            (name, service) ->
                all(service)
                    .forEach(
                        (key, value) -> add(plan, "services." + name + "." + key, value, values)));
    Settings settings = plan.settings();
    for (String key : Settings.keys()) {
      String value = settings.text(key);
      if (value != null) {
        values.put(
            key.substring(PREFIX.length()), new Value(value, settings.origin(key).orElse("")));
      }
    }
    return values;
  }

  private static void add(PortPlan plan, String key, String value, Map<String, Value> values) {
    plan.origin(key).ifPresent(origin -> values.put(key, new Value(value, origin)));
  }

  private static String health(ServiceHealth health) {
    return switch (health.kind()) {
      case HTTP -> health.path() + (health.status() == 200 ? "" : " (" + health.status() + ")");
      case TCP, LISTENING -> EnumNames.lowerCase(health.kind());
    };
  }

  private static Map<String, String> all(PortService service) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("preferred", join(service.preferred()));
    values.put("fallback", join(service.fallback()));
    values.put("range", join(service.ranges()));
    values.put("priority", EnumNames.lowerCase(service.priority()));
    values.put("requires", join(service.requires().stream().map(EnumNames::lowerCase).toList()));
    values.put("conflicts", join(service.conflicts()));
    values.put("inherit", service.inherit().orElse(""));
    values.put(
        "container",
        service.container().isPresent() ? Integer.toString(service.container().getAsInt()) : "");
    values.put("autoFallback", Boolean.toString(service.autoFallback()));
    values.put("detect", Boolean.toString(service.detect()));
    values.put("scope", EnumNames.lowerCase(service.scope()));
    values.put("health", service.health().map(PlanValues::health).orElse(""));
    return values;
  }

  /** Returns one of the values, by its key with or without {@code freeport.}. */
  static Optional<Value> get(PortPlan plan, String key) {
    String written = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
    return Optional.ofNullable(of(plan).get(written));
  }

  private static String join(List<?> items) {
    return items.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
