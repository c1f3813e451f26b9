package io.freeport.plan.internal.file;

import io.freeport.internal.settings.SettingKey;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.plan.ConflictStrategy;
import io.freeport.spi.SettingsSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings in a plan: {@code retries: 3} and {@code health: {timeout: 1s}} are {@code
 * freeport.retries} and {@code freeport.health.timeout}.
 *
 * @param nodes the values by their whole keys
 */
public record PlanFileSettings(Map<String, PlanNode> nodes) implements SettingsSource {

  /** Below the environment variables. */
  public static final int RANK = ENVIRONMENT - 50;

  private static final String PREFIX = "freeport.";

  static PlanFileSettings of(Map<String, PlanNode> values) {
    Map<String, PlanNode> nodes = new LinkedHashMap<>();
    values.forEach((key, value) -> flatten(PREFIX + key, value, nodes));
    return new PlanFileSettings(nodes);
  }

  private static void flatten(String key, PlanNode node, Map<String, PlanNode> into) {
    List<String> known =
        Stream.concat(PlanKeys.SECTIONS.stream(), PlanKeys.settings().stream()).toList();
    String written = key.substring(PREFIX.length());
    if (node.content() instanceof Map
        && known.stream().anyMatch(candidate -> candidate.startsWith(written + "."))) {
      node.map().forEach((name, value) -> flatten(key + "." + name, value, into));
    } else if (known.contains(written) && !PlanKeys.SECTIONS.contains(written)) {
      into.put(key, node);
    } else {
      throw node.error("there is no such key." + Spelling.suggest(written, known));
    }
  }

  /** Reads the values that a plan needs, because a node can name the line of a mistake. */
  public void requireValid() {
    read(SettingKeys.STRATEGY, node -> node.choice(ConflictStrategy.class));
    read(SettingKeys.HEALTH_TIMEOUT, PlanNode::duration);
    read(SettingKeys.RANGES, node -> node.items().stream().map(PlanNode::range).toList());
    read(SettingKeys.AVOID, node -> node.items().stream().map(PlanNode::range).toList());
  }

  private void read(SettingKey<?> key, Function<PlanNode, ?> reader) {
    PlanNode node = nodes.get(key.name());
    if (node != null) {
      Object unused = reader.apply(node);
    }
  }

  @Override
  public int rank() {
    return RANK;
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
