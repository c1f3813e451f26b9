package io.freeport.plan.internal.file;

import io.freeport.plan.PortService;
import io.freeport.plan.health.ServiceHealth;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A key of a service: the name, how the value is read, and how it is shown. All keys are in {@link
 * PlanKeys}.
 *
 * @param name the name in files
 * @param defaultValue the value if none is written
 * @param reader reads a value; the set has the names of all services
 * @param getter finds the value in a definition
 * @param ofOwnPort whether the key is about a port that the service does not inherit
 * @param <T> the type of the value
 */
public record PlanKey<T>(
    String name,
    T defaultValue,
    BiFunction<PlanNode, Set<String>, T> reader,
    Function<PortService, T> getter,
    boolean ofOwnPort) {

  T read(Map<String, PlanNode> values, Set<String> services) {
    PlanNode node = values.get(name);
    return node == null ? defaultValue : reader.apply(node, services);
  }

  /** Returns the value of a service as it could be written; empty for nothing. */
  public String text(PortService service) {
    return text(getter.apply(service));
  }

  private static String text(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.map(PlanKey::text).orElse("");
    }
    if (value instanceof OptionalInt number) {
      return number.isPresent() ? Integer.toString(number.getAsInt()) : "";
    }
    if (value instanceof Collection<?> items) {
      return List.copyOf(items).stream().map(PlanKey::text).collect(Collectors.joining(", "));
    }
    if (value instanceof ServiceHealth health && health.kind() == ServiceHealth.Kind.HTTP) {
      return health.path() + (health.status() == 200 ? "" : " (" + health.status() + ")");
    }
    if (value instanceof ServiceHealth health) {
      return text(health.kind());
    }
    return value instanceof Enum<?> constant
        ? constant.name().toLowerCase(Locale.ROOT)
        : value.toString();
  }
}
