package io.freeport.plan.internal.file;

import io.freeport.PortRange;
import io.freeport.internal.text.PrintableText;
import io.freeport.plan.PlanException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A value as it is written. The origin of a value with a key is the line of the key.
 *
 * @param origin where it is written
 * @param path the keys that lead to it, as in {@code services.server.preferred}
 * @param content a {@code String}, empty for none; a {@code List} of nodes; or a {@code Map} from
 *     keys to nodes
 */
public record PlanNode(Origin origin, String path, Object content) {

  PlanException error(String problem) {
    return origin.error((path.isEmpty() ? "" : path + ": ") + problem);
  }

  private PlanException expected(String what) {
    String written =
        content instanceof String text
            ? text.isEmpty() ? "nothing" : "\"" + PrintableText.line(text) + "\""
            : content instanceof List ? "a list" : "a mapping";
    return error("expected " + what + ", but found " + written + ".");
  }

  boolean isText() {
    return content instanceof String;
  }

  /** Returns the values of a mapping; nothing at all is an empty one. */
  Map<String, PlanNode> map() {
    if (content instanceof Map<?, ?> map) {
      Map<String, PlanNode> nodes = new LinkedHashMap<>();
      map.forEach((key, value) -> nodes.put((String) key, (PlanNode) value));
      return nodes;
    }
    if (content.equals("")) {
      return Map.of();
    }
    throw expected("keys with values, each on a line of its own and indented");
  }

  Map<String, PlanNode> map(Collection<String> known) {
    Map<String, PlanNode> nodes = map();
    nodes.forEach(
        (key, value) -> {
          if (!known.contains(key)) {
            throw value.error("there is no such key." + Spelling.suggest(key, known));
          }
        });
    return nodes;
  }

  /** Returns the items of a list, which may be written as one text with commas. */
  List<PlanNode> items() {
    if (content instanceof List<?> list) {
      List<PlanNode> nodes = new ArrayList<>();
      list.forEach(item -> nodes.add((PlanNode) item));
      return nodes;
    }
    return Arrays.stream(text("a value, or a list of them").split(","))
        .map(item -> new PlanNode(origin, path, item.strip()))
        .toList();
  }

  String text(String expected) {
    if (content instanceof String text && !text.isBlank()) {
      return text.strip();
    }
    throw expected(expected);
  }

  int number(String expected, int lowest, int highest) {
    try {
      int number = Integer.parseInt(text(expected));
      if (number >= lowest && number <= highest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw expected(expected);
  }

  int port() {
    return number("a port, from 1 to " + PortRange.HIGHEST_PORT, 1, PortRange.HIGHEST_PORT);
  }

  PortRange range() {
    String expected = "a port, or a range such as 3000-3999";
    String written = text(expected);
    try {
      return PortRange.parse(written);
    } catch (IllegalArgumentException e) {
      throw expected(expected);
    }
  }

  boolean flag() {
    return switch (text("true or false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw expected("true or false");
    };
  }

  public Duration duration() {
    String expected = "a time such as 5s, 0.5s or 1m30s";
    try {
      Duration duration = Duration.parse("PT" + text(expected));
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // reported below
    }
    throw expected(expected);
  }

  public <E extends Enum<E>> E choice(Class<E> type) {
    List<String> known =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .toList();
    String written = text("one of " + String.join(", ", known));
    int index = known.indexOf(written);
    if (index < 0) {
      throw error(
          "\""
              + PrintableText.line(written)
              + "\" is not known."
              + Spelling.suggest(written, known));
    }
    return type.getEnumConstants()[index];
  }

  /** Returns one of the names, such as that of a service. */
  String name(String kind, Collection<String> known) {
    String written = text("the name of a " + kind);
    if (!known.contains(written)) {
      throw error(
          "there is no "
              + kind
              + " \""
              + PrintableText.line(written)
              + "\"."
              + Spelling.suggest(written, known));
    }
    return written;
  }

  /** Returns this with what another one says instead; the keys of mappings are merged. */
  PlanNode overriddenBy(PlanNode other) {
    if (!(content instanceof Map) || !(other.content instanceof Map)) {
      return other;
    }
    Map<String, PlanNode> merged = new LinkedHashMap<>(map());
    other
        .map()
        .forEach(
            (key, value) -> merged.merge(key, value, (below, above) -> below.overriddenBy(above)));
    return new PlanNode(origin, path, merged);
  }
}
