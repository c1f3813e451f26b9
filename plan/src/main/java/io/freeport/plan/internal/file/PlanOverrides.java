package io.freeport.plan.internal.file;

import io.freeport.internal.settings.EnvironmentSource;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.SettingsSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What settings say about a plan: {@code freeport.environment}, and values such as {@code
 * freeport.services.server.preferred}, which take precedence over files.
 *
 * @param environment the environment
 * @param values the values by their keys without {@code freeport.services.}, as variables spell
 *     them: {@code SERVER_PREFERRED}
 */
public record PlanOverrides(String environment, Map<String, PlanNode> values) {

  private static final String PREFIX = "freeport.services.";

  /** Returns what the settings say. */
  public static PlanOverrides of(Settings settings) {
    Map<String, PlanNode> values = new TreeMap<>();
    for (SettingsSource source : settings.sources()) {
      for (String key : source.keys()) {
        String value = key.startsWith(PREFIX) ? source.get(key) : null;
        if (value != null) {
          values.putIfAbsent(
              PlanRules.variableName(key.substring(PREFIX.length())),
              new PlanNode(Origin.of(origin(source, key)), "", value));
        }
      }
    }
    return new PlanOverrides(environment(settings), values);
  }

  /** The default is a test; most CI servers set the variable CI. */
  private static String environment(Settings settings) {
    String chosen = settings.get(SettingKeys.ENVIRONMENT);
    if (chosen != null && !chosen.isBlank()) {
      return chosen;
    }
    return settings.sources().stream()
            .anyMatch(
                source ->
                    source instanceof EnvironmentSource variables
                        && "true".equals(variables.environment().get("CI")))
        ? "ci"
        : "test";
  }

  private static String origin(SettingsSource source, String key) {
    String origin = source.origin(key);
    return source instanceof EnvironmentSource ? origin : origin + " " + key;
  }

  PlanNode applyTo(PlanNode root) {
    PlanNode result = root;
    for (Map.Entry<String, PlanNode> value : values.entrySet()) {
      String[] key = key(root, value.getKey(), value.getValue()).split("\\.", 2);
      result = result.overriddenBy(override(key[0], key[1], value.getValue()));
    }
    return result;
  }

  private static PlanNode override(String service, String key, PlanNode value) {
    String path = PlanKeys.SERVICES + "." + service;
    PlanNode leaf = new PlanNode(value.origin(), path + "." + key, value.content());
    PlanNode definition = new PlanNode(value.origin(), path, Map.of(key, leaf));
    PlanNode services =
        new PlanNode(value.origin(), PlanKeys.SERVICES, Map.of(service, definition));
    return new PlanNode(value.origin(), "", Map.of(PlanKeys.SERVICES, services));
  }

  /** Returns service and key as they are written in files: {@code server.autoFallback}. */
  private static String key(PlanNode root, String variable, PlanNode override) {
    Map<String, String> known = new TreeMap<>();
    PlanNode services = root.map().get(PlanKeys.SERVICES);
    for (String service : services == null ? List.<String>of() : services.map().keySet()) {
      for (String key : PlanKeys.namesOfService()) {
        known.put(PlanRules.variableName(service + "." + key), service + "." + key);
      }
    }
    String key = known.get(variable);
    if (key == null) {
      throw override.error(
          "no service has this key."
              + Spelling.suggest(variable, nearby(known.values(), variable)));
    }
    return key;
  }

  /** Returns only the keys of the service that is meant, if one is. */
  private static List<String> nearby(Iterable<String> known, String variable) {
    List<String> same = new ArrayList<>();
    List<String> all = new ArrayList<>();
    for (String key : known) {
      all.add(key);
      if (variable.startsWith(PlanRules.variableName(key.substring(0, key.indexOf('.') + 1)))) {
        same.add(key);
      }
    }
    return same.isEmpty() ? all : same;
  }
}
