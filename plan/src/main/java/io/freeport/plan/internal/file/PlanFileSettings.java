package io.freeport.plan.internal.file;

import io.freeport.internal.settings.Settings;
import io.freeport.spi.SettingsSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a plan says beside its services: {@code retries: 3} and {@code health: {timeout: 1s}} are
 * {@code freeport.retries} and {@code freeport.health.timeout}.
 *
 * @param nodes the values by their whole keys
 */
public record PlanFileSettings(Map<String, PlanNode> nodes) implements SettingsSource {

  public static final PlanFileSettings NONE = new PlanFileSettings(Map.of());

  private static final String PREFIX = "freeport.";

  /** These are of one process or user, or say what counts of a file. */
  private static final Set<String> NOT_IN_FILES =
      Set.of("freeport.dir", "freeport.environment", "freeport.build", "freeport.api");

  static PlanFileSettings of(Map<String, PlanNode> values) {
    Map<String, PlanNode> nodes = new LinkedHashMap<>();
    values.forEach((key, value) -> flatten(PREFIX + key, value, nodes));
    return new PlanFileSettings(nodes);
  }

  private static void flatten(String key, PlanNode node, Map<String, PlanNode> into) {
    List<String> known = known();
    String written = key.substring(PREFIX.length());
    if (node.content() instanceof Map
        && known.stream().anyMatch(candidate -> candidate.startsWith(written + "."))) {
      node.map().forEach((name, value) -> flatten(key + "." + name, value, into));
    } else if (known.contains(written) && !PlanLoader.SECTIONS.contains(written)) {
      into.put(key, node);
    } else {
      throw node.error("there is no such key." + Spelling.suggest(written, known));
    }
  }

  private static List<String> known() {
    List<String> known = new ArrayList<>(PlanLoader.SECTIONS);
    Settings.keys().stream()
        .filter(key -> !NOT_IN_FILES.contains(key))
        .map(key -> key.substring(PREFIX.length()))
        .forEach(known::add);
    return known;
  }

  @Override
  public int rank() {
    return ENVIRONMENT - 50;
  }

  @Override
  public Set<String> keys() {
    return nodes.keySet();
  }

  @Override
  public @Nullable String get(String key) {
    PlanNode node = nodes.get(key);
    return node == null
        ? null
        : node.items().stream().map(item -> item.text("a value")).collect(Collectors.joining(","));
  }

  @Override
  public String origin(String key) {
    return Objects.requireNonNull(nodes.get(key)).origin().toString();
  }
}
