package io.freeport.plan.internal.file;

import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortService;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A plan as it was read.
 *
 * @param source the outermost file; the directory if there is none
 * @param environment the environment that the plan is for
 * @param root all values, as nodes that know where they are written
 * @param services the services by their names, in the order in which they are written
 * @param fileSettings the settings in the files
 * @param settings the settings that the plan was read with, and below them those in the files
 */
public record LoadedPlan(
    Path source,
    String environment,
    PlanNode root,
    Map<String, PortService> services,
    PlanFileSettings fileSettings,
    Settings settings) {

  /**
   * Returns where a value is written.
   *
   * @param key the keys that lead to it, for example {@code services.server.preferred}
   * @return for example {@code /project/freeport.yaml:3}; empty if it is not written
   */
  public Optional<String> origin(String key) {
    PlanNode node = root;
    for (String name : key.split("\\.", -1)) {
      PlanNode next = node.content() instanceof Map ? node.map().get(name) : null;
      if (next == null) {
        return Optional.empty();
      }
      node = next;
    }
    return Optional.of(node.origin().text());
  }
}
