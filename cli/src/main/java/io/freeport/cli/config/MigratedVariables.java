package io.freeport.cli.config;

import io.freeport.PortRange;
import io.freeport.internal.settings.EnvironmentNames;
import io.freeport.plan.internal.file.PlanKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Environment variables that say what a plan can say: {@code FREEPORT_SERVICES_WEB_PREFERRED},
 * {@code FREEPORT_RETRIES}, {@code WEB_PORT}, {@code WEB_FALLBACK_PORTS}.
 *
 * @param services the services that the plan has already
 */
record MigratedVariables(Collection<String> services) {

  private static final String SERVICE_PREFIX = "FREEPORT_SERVICES_";
  private static final String SETTING_PREFIX = "FREEPORT_";

  /** Returns the keys that variables are for; in the order of the variables' names. */
  Map<String, List<String>> keys(Map<String, String> variables) {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    new TreeMap<>(variables)
        .forEach(
            (name, value) -> key(name, value, variables).ifPresent(key -> keys.put(name, key)));
    return keys;
  }

  private Optional<List<String>> key(String name, String value, Map<String, String> variables) {
    if (name.startsWith(SERVICE_PREFIX)) {
      return ofService(name.substring(SERVICE_PREFIX.length()));
    }
    if (name.startsWith(SETTING_PREFIX)) {
      return ofSetting(name);
    }
    if (name.endsWith("_FALLBACK_PORTS") && isPorts(value)) {
      return service(name.substring(0, name.length() - "_FALLBACK_PORTS".length()), "fallback");
    }
    if (name.endsWith("_PORT") && isPorts(value)) {
      String service = name.substring(0, name.length() - "_PORT".length());
      // Kubernetes sets these, for services that are elsewhere.
      boolean isKubernetes =
          service.endsWith("_SERVICE") && variables.containsKey(service + "_HOST");
      return isKubernetes ? Optional.empty() : service(service, "preferred");
    }
    return Optional.empty();
  }

  private Optional<List<String>> ofService(String written) {
    return PlanKeys.namesOfService().stream()
        .filter(key -> written.endsWith("_" + key.toUpperCase(Locale.ROOT)))
        .findFirst()
        .flatMap(key -> service(written.substring(0, written.length() - key.length() - 1), key));
  }

  private static Optional<List<String>> ofSetting(String name) {
    String key = EnvironmentNames.key(name).substring(SETTING_PREFIX.length());
    return PlanKeys.settings().contains(key)
        ? Optional.of(List.of(key.split("\\.", -1)))
        : Optional.empty();
  }

  /** A service that is there already keeps its name; a new one gets the usual form of names. */
  private Optional<List<String>> service(String variable, String key) {
    String name =
        services.stream()
            .filter(known -> EnvironmentNames.variable(known).equals(variable))
            .findFirst()
            .orElse(variable.toLowerCase(Locale.ROOT).replace('_', '-'));
    return name.matches("[a-zA-Z][a-zA-Z0-9_-]*")
        ? Optional.of(List.of("services", name, key))
        : Optional.empty();
  }

  private static boolean isPorts(String value) {
    List<String> items = new ArrayList<>(List.of(value.split(",", -1)));
    return items.stream()
        .map(String::strip)
        .allMatch(
            item ->
                item.matches("[1-9][0-9]{0,4}")
                    && Integer.parseInt(item) <= PortRange.HIGHEST_PORT);
  }
}
