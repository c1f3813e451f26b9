package io.freeport.cli.config;

import io.freeport.plan.internal.yaml.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The items of a list in a YAML text, which are changed one by one: what is between them stays. */
final class YamlItems {

  private final YamlPlaces places;
  private final List<Node> items;
  private final boolean isBlock;
  private final String lineEnd;

  /**
   * Begins a change.
   *
   * @param list not empty
   */
  YamlItems(YamlPlaces places, SequenceNode list, String lineEnd) {
    this.places = places;
    this.items = list.getValue();
    this.isBlock = list.getFlowStyle() == FlowStyle.BLOCK;
    this.lineEnd = lineEnd;
  }

  /**
   * Returns the whole text with another list in the place of this one. Those items that both lists
   * have at their beginning and their end stay as they are.
   *
   * @param written the other list, on one line
   * @return empty if it is no list, or an empty one
   */
  Optional<String> become(String written) {
    List<String> values = new ArrayList<>();
    List<Node> others = List.of();
    if (Yaml.compose(written).orElse(null) instanceof SequenceNode list) {
      YamlPlaces there = new YamlPlaces(written);
      others = list.getValue();
      others.forEach(
          item ->
              values.add(
                  written.substring(there.index(YamlPlaces.start(item)), there.endOf(item))));
    }
    String text = places.text();
    if (values.isEmpty()) {
      return Optional.empty();
    }
    int most = Math.min(items.size(), others.size());
    int head = 0;
    while (head < most && isSame(items.get(head), others.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < most - head
        && isSame(items.get(items.size() - 1 - tail), others.get(others.size() - 1 - tail))) {
      tail++;
    }
    List<Node> former = items.subList(head, items.size() - tail);
    List<String> next = values.subList(head, values.size() - tail);
    StringBuilder edited = new StringBuilder(text);
    // From the end, so that the places before stay right.
    for (int i = Math.max(former.size(), next.size()) - 1; i >= 0; i--) {
      if (i >= next.size()) {
        remove(edited, head + i);
      } else if (i < former.size()) {
        edited.replace(start(former.get(i)), places.endOf(former.get(i)), next.get(i));
      } else {
        insert(edited, head + former.size() - 1, next.get(i));
      }
    }
    return Optional.of(edited.toString());
  }

  private static boolean isSame(Node one, Node other) {
    return one instanceof ScalarNode first
        && other instanceof ScalarNode second
        && first.getValue().equals(second.getValue())
        && first.getTag().equals(second.getTag());
  }

  private int start(Node item) {
    return places.index(YamlPlaces.start(item));
  }

  /** Returns where the line of an item in a block starts. */
  private int lineOf(Node item) {
    return places.text().lastIndexOf('\n', start(item) - 1) + 1;
  }

  /**
   * Inserts a value.
   *
   * @param after the item in front of it, -1 for none
   */
  private void insert(StringBuilder edited, int after, String value) {
    Node first = items.get(0);
    if (!isBlock) {
      edited.insert(
          after < 0 ? start(first) : places.endOf(items.get(after)),
          after < 0 ? value + ", " : ", " + value);
      return;
    }
    int line = lineOf(first);
    String indent = places.text().substring(line, places.text().indexOf('-', line));
    int at = after < 0 ? line : places.lineEndAfter(places.endOf(items.get(after)));
    boolean isOpen = at > 0 && edited.charAt(at - 1) != '\n';
    edited.insert(at, (isOpen ? lineEnd : "") + indent + "- " + value + lineEnd);
  }

  private void remove(StringBuilder edited, int index) {
    Node item = items.get(index);
    if (isBlock) {
      edited.delete(lineOf(item), places.lineEndAfter(places.endOf(item)));
    } else if (index > 0) {
      edited.delete(places.endOf(items.get(index - 1)), places.endOf(item));
    } else {
      edited.delete(start(item), start(items.get(1)));
    }
  }
}
