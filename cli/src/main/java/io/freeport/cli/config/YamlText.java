package io.freeport.cli.config;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.freeport.plan.internal.yaml.Yaml;
import io.freeport.plan.internal.yaml.YamlLimitException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The text of a YAML file, in which one value is set and all else stays as it is, to the byte. What
 * is replaced is found by the parser, which knows where each value starts and ends.
 */
final class YamlText {

  /** A value that can stand without quotes, also within braces. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/][A-Za-z0-9_./-]*");

  private static final int INDENT = 2;

  private final String text;
  private final String lineEnd;
  private final YamlPlaces places;

  YamlText(String text) {
    this.text = text;
    this.places = new YamlPlaces(text);
    this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
  }

  String text() {
    return text;
  }

  /** Returns whether there is such a key. */
  boolean has(List<String> keys) {
    Node node = root().orElse(null);
    for (String key : keys) {
      NodeTuple entry = node instanceof MappingNode mapping ? entry(mapping, key) : null;
      if (entry == null) {
        return false;
      }
      node = entry.getValueNode();
    }
    return true;
  }

  /** Returns the keys of one mapping of the file; none if it is not there. */
  List<String> keysOf(String section) {
    return content().get(section) instanceof Map<?, ?> map
        ? map.keySet().stream().map(String::valueOf).toList()
        : List.of();
  }

  /**
   * Returns this with another value for a key, which is added if it is not there.
   *
   * @param value a word, words with commas, or what YAML has for a list or a mapping on one line
   * @throws IllegalArgumentException if the key, or the value, cannot be written
   */
  YamlText set(List<String> keys, String value) {
    String written = written(value);
    YamlText edited = new YamlText(edit(keys, written));
    Object expected = put(content(), keys, Yaml.load(written));
    if (!expected.equals(edited.content())) { // anchors and the like
      throw new IllegalArgumentException(
          "The file is written in a way in which "
              + String.join(".", keys)
              + " cannot be set without a change elsewhere. Edit it by hand.");
    }
    return edited;
  }

  private String edit(List<String> keys, String written) {
    Node root = root().orElse(null);
    if (!(root instanceof MappingNode parent)) {
      if (root != null && !YamlPlaces.isEmpty(root)) {
        throw notMapping(keys.subList(0, 0));
      }
      return onLineOfItsOwn(text.length(), block(keys, written, 0));
    }
    for (int depth = 0; ; depth++) {
      NodeTuple entry = entry(parent, keys.get(depth));
      if (entry == null) {
        return add(parent, keys.subList(depth, keys.size()), written);
      }
      Node node = entry.getValueNode();
      boolean isLast = depth == keys.size() - 1;
      if (node instanceof MappingNode mapping && !isLast && !mapping.getValue().isEmpty()) {
        parent = mapping;
        continue;
      }
      if (isLast ? node instanceof MappingNode : !YamlPlaces.isEmpty(node)) {
        throw isLast ? isMapping(keys) : notMapping(keys.subList(0, depth + 1));
      }
      List<String> rest = keys.subList(depth + 1, keys.size());
      boolean inBlock = parent.getFlowStyle() == FlowStyle.BLOCK && !isFlow(node);
      if (isLast || !inBlock) {
        return replace(entry, flow(rest, written));
      }
      int column = YamlPlaces.start(entry.getKeyNode()).getColumn() + INDENT;
      return onLineOfItsOwn(places.lineEndAfter(places.end(entry)), block(rest, written, column));
    }
  }

  private static boolean isFlow(Node node) {
    return node instanceof MappingNode mapping && mapping.getFlowStyle() == FlowStyle.FLOW;
  }

  /** Puts a value in the place of another one, or behind a colon. */
  private String replace(NodeTuple entry, String written) {
    Node node = entry.getValueNode();
    int keyEnd = places.index(YamlPlaces.end(entry.getKeyNode()));
    int colon = text.indexOf(':', keyEnd) + 1;
    if (node instanceof ScalarNode scalar
        && (scalar.getScalarStyle() == ScalarStyle.LITERAL
            || scalar.getScalarStyle() == ScalarStyle.FOLDED)) {
      throw new IllegalArgumentException(
          "The value is written over several lines. Edit it by hand.");
    }
    if (YamlPlaces.isEmpty(node) && node instanceof ScalarNode) {
      return text.substring(0, colon) + " " + written + text.substring(colon);
    }
    boolean isBlock = node instanceof SequenceNode list && list.getFlowStyle() == FlowStyle.BLOCK;
    int from = isBlock ? colon : places.index(YamlPlaces.start(node));
    String replaced =
        text.substring(0, from)
            + (isBlock ? " " : "")
            + written
            + text.substring(places.endOf(node));
    Optional<YamlComments.Comment> lost = YamlComments.lost(text, replaced);
    if (lost.isPresent() && node instanceof SequenceNode before) {
      Optional<String> kept = new YamlItems(places, before, lineEnd).become(written);
      if (kept.isPresent()) {
        replaced = kept.get();
        lost = YamlComments.lost(text, replaced);
      }
    }
    if (lost.isPresent()) {
      throw new IllegalArgumentException(
          lost.get() + ", which would be lost. Edit the value by hand.");
    }
    return replaced;
  }

  private String add(MappingNode parent, List<String> keys, String written) {
    List<NodeTuple> entries = parent.getValue();
    if (parent.getFlowStyle() == FlowStyle.FLOW) {
      int at =
          entries.isEmpty()
              ? places.index(YamlPlaces.end(parent)) - 1
              : places.end(entries.get(entries.size() - 1));
      String entry = keys.get(0) + ": " + flow(keys.subList(1, keys.size()), written);
      return text.substring(0, at) + (entries.isEmpty() ? "" : ", ") + entry + text.substring(at);
    }
    int column = YamlPlaces.start(entries.get(0).getKeyNode()).getColumn();
    return onLineOfItsOwn(
        places.lineEndAfter(places.end(entries.get(entries.size() - 1))),
        block(keys, written, column));
  }

  /** Returns {@code a: {b: value}}, without the first key and the braces around. */
  private static String flow(List<String> keys, String written) {
    String value = written;
    for (int i = keys.size() - 1; i >= 0; i--) {
      value = "{" + keys.get(i) + ": " + value + "}";
    }
    return value;
  }

  private String block(List<String> keys, String written, int column) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < keys.size(); i++) {
      lines
          .append(" ".repeat(column + INDENT * i))
          .append(keys.get(i))
          .append(':')
          .append(i == keys.size() - 1 ? " " + written : "")
          .append(lineEnd);
    }
    return lines.toString();
  }

  private String onLineOfItsOwn(int at, String lines) {
    String before = text.substring(0, at);
    String separator = before.isEmpty() || before.endsWith("\n") ? "" : lineEnd;
    return before + separator + lines + text.substring(at);
  }

  private Optional<Node> root() {
    try {
      return Yaml.compose(text);
    } catch (YamlLimitException e) {
      throw new IllegalArgumentException("line " + e.line() + ": " + e.getMessage());
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException("This is not YAML: " + e.getMessage());
    }
  }

  private static @Nullable NodeTuple entry(MappingNode mapping, String key) {
    for (NodeTuple entry : mapping.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key)) {
        return entry;
      }
    }
    return null;
  }

  private Map<?, ?> content() {
    try {
      return Yaml.load(text) instanceof Map<?, ?> map ? map : Map.of();
    } catch (YamlLimitException e) {
      throw new IllegalArgumentException("line " + e.line() + ": " + e.getMessage());
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException("This is not YAML: " + e.getMessage());
    }
  }

  private static Object put(Object content, List<String> keys, Object value) {
    if (keys.isEmpty()) {
      return value;
    }
    Map<Object, Object> copy = new LinkedHashMap<>();
    if (content instanceof Map<?, ?> map) {
      copy.putAll(map);
    }
    Object inner = copy.get(keys.get(0));
    copy.put(keys.get(0), put(inner == null ? "" : inner, keys.subList(1, keys.size()), value));
    return copy;
  }

  /** Returns the value as it can stand anywhere in YAML. */
  private static String written(String value) {
    String stripped = value.strip();
    if (stripped.startsWith("[") || stripped.startsWith("{")) {
      if (stripped.contains("\n")) {
        throw new IllegalArgumentException("The value has to be on one line.");
      }
      try {
        Object unused = Yaml.load(stripped);
        if (!YamlComments.of(stripped).isEmpty()) {
          throw new IllegalArgumentException("The value has a comment. Leave it out.");
        }
        return stripped;
      } catch (YamlEngineException e) {
        throw new IllegalArgumentException(
            "\"" + value + "\" is not a list or a mapping in YAML: " + e.getMessage());
      }
    }
    List<String> items = new ArrayList<>();
    for (String item : stripped.split(",", -1)) {
      String word = item.strip();
      items.add(
          PLAIN.matcher(word).matches()
              ? word
              : "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(word)) + "\"");
    }
    return items.size() == 1 ? items.get(0) : "[" + String.join(", ", items) + "]";
  }

  private static IllegalArgumentException isMapping(List<String> keys) {
    return new IllegalArgumentException(
        String.join(".", keys) + " has keys of its own. Set one of those.");
  }

  private static IllegalArgumentException notMapping(List<String> keys) {
    return new IllegalArgumentException(
        (keys.isEmpty() ? "The file" : String.join(".", keys))
            + " has a value, so it has no keys that could be set.");
  }
}
