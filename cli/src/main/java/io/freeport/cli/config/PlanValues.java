package io.freeport.cli.config;

import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortPlan;
import io.freeport.plan.PortService;
import io.freeport.plan.internal.file.PlanKey;
import io.freeport.plan.internal.file.PlanKeys;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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
    for (PortService service : plan.services().values()) {
      for (PlanKey<?> key : PlanKeys.ofService()) {
        String name = "services." + service.name() + "." + key.name();
        plan.loaded()
            .origin(name)
            .ifPresent(origin -> values.put(name, new Value(key.text(service), origin)));
      }
    }
    Settings settings = plan.loaded().settings();
    for (String key : Settings.keys()) {
      String value = settings.text(key);
      if (value != null) {
        values.put(
            key.substring(PREFIX.length()), new Value(value, settings.origin(key).orElse("")));
      }
    }
    return values;
  }

  /** Returns one of the values, by its key with or without {@code freeport.}. */
  static Optional<Value> get(PortPlan plan, String key) {
    String written = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
    return Optional.ofNullable(of(plan).get(written));
  }
}
