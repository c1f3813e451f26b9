package io.freeport.plan.internal.http;

import io.freeport.plan.internal.yaml.Yaml;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The little JSON that there is: objects of texts, numbers, truth values and objects. It is read by
 * the YAML parser, since every JSON text is a YAML 1.2 text.
 */
public final class Json {

  private Json() {}

  public static String write(Object value) {
    if (value instanceof Map<?, ?> object) {
      return object.entrySet().stream()
          .map(entry -> quote(String.valueOf(entry.getKey())) + ":" + write(entry.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    return value instanceof Number || value instanceof Boolean
        ? value.toString()
        : quote(value.toString());
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
              } else if (c < ' ' || c > '~') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                quoted.append((char) c);
              }
            });
    return quoted.append('"').toString();
  }

  /** Returns the object; an empty one if the text is none. */
  public static Map<?, ?> readObject(String text) {
    try {
      return Yaml.load(text) instanceof Map<?, ?> object ? object : Map.of();
    } catch (YamlEngineException e) {
      return Map.of();
    }
  }
}
