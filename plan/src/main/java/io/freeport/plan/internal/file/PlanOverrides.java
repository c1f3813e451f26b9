package io.freeport.plan.internal.file;

import io.freeport.internal.settings.EnvironmentNames;
import io.freeport.internal.settings.EnvironmentSource;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PlanException;
import io.freeport.spi.SettingsSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What settings say about a plan: {@code freeport.environment}, and values such as {@code
 * freeport.services.server.preferred}, which take precedence over files.
 *
 * @param environment the environment
 * @param values the values by their keys without {@code freeport.services.}, as variables spell
 *     them: {@code SERVER_PREFERRED}
 * @param doubtful those of the values that other programs may have written
 */
public record PlanOverrides(
    String environment, Map<String, PlanNode> values, Set<String> doubtful) {

  private static final String PREFIX = "freeport.services.";

  /** Returns what the settings say. */
  public static PlanOverrides of(Settings settings) {
    Map<String, PlanNode> values = new TreeMap<>();
    Set<String> doubtful = new TreeSet<>();
    for (SettingsSource source : settings.sources()) {
      for (String key : source.keys()) {
        String value = key.startsWith(PREFIX) ? source.get(key) : null;
        if (value == null || (value.isBlank() && !source.isStrict())) {
          continue;
        }
        String variable = PlanRules.variableName(key.substring(PREFIX.length()));
        PlanNode node = new PlanNode(Origin.of(origin(source, key)), "", value);
        if (values.putIfAbsent(variable, node) == null && !source.isStrict()) {
          doubtful.add(variable);
        }
      }
    }
    return new PlanOverrides(environment(settings), values, doubtful);
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
    Map<String, String> known = knownKeys(root);
    PlanNode result = root;
    for (Map.Entry<String, PlanNode> value : values.entrySet()) {
      String key = known.get(value.getKey());
      if (key != null) {
        String[] serviceAndKey = key.split("\\.", 2);
        result =
            result.overriddenBy(override(serviceAndKey[0], serviceAndKey[1], value.getValue()));
      } else {
        reject(value.getKey(), value.getValue(), known.values());
      }
    }
    return result;
  }

  private void reject(String variable, PlanNode override, Iterable<String> known) {
    PlanException error =
        override.error(
            "no service has this key." + Spelling.suggest(variable, nearby(known, variable)));
    if (!doubtful.contains(variable)) {
      throw error;
    }
    if (!EnvironmentNames.isOfAService(EnvironmentNames.variable(PREFIX + variable))) {
      Settings.warnOnce(String.valueOf(error.getMessage()));
    }
  }

  private static PlanNode override(String service, String key, PlanNode value) {
    String path = PlanKeys.SERVICES + "." + service;
    PlanNode leaf = new PlanNode(value.origin(), path + "." + key, value.content());
    PlanNode definition = new PlanNode(value.origin(), path, Map.of(key, leaf));
    PlanNode services =
        new PlanNode(value.origin(), PlanKeys.SERVICES, Map.of(service, definition));
    return new PlanNode(value.origin(), "", Map.of(PlanKeys.SERVICES, services));
  }

  /** Returns services and keys as they are written in files, by the names of their variables. */
  private static Map<String, String> knownKeys(PlanNode root) {
    Map<String, String> known = new TreeMap<>();
    PlanNode services = root.map().get(PlanKeys.SERVICES);
    for (String service : services == null ? List.<String>of() : services.map().keySet()) {
      for (String key : PlanKeys.namesOfService()) {
        known.put(PlanRules.variableName(service + "." + key), service + "." + key);
      }
    }
    return known;
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
