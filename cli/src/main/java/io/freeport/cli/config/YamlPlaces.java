package io.freeport.cli.config;

import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Where the nodes of a YAML text are in it. */
record YamlPlaces(String text) {

  /** Returns where the next line starts: a comment behind a value stays with it. */
  int lineEndAfter(int index) {
    int end = text.indexOf('\n', index);
    return end < 0 ? text.length() : end + 1;
  }

  int end(NodeTuple entry) {
    Node value = entry.getValueNode();
    boolean isNothing = value instanceof ScalarNode && isEmpty(value);
    return isNothing
        ? text.indexOf(':', index(end(entry.getKeyNode()))) + 1
        : Math.max(endOf(value), index(end(entry.getKeyNode())));
  }

  /** Of a block the parser's end is where the next token is, behind comments that are not its. */
  int endOf(Node node) {
    if (node instanceof MappingNode mapping
        && mapping.getFlowStyle() == FlowStyle.BLOCK
        && !mapping.getValue().isEmpty()) {
      return end(mapping.getValue().get(mapping.getValue().size() - 1));
    }
    if (node instanceof SequenceNode list
        && list.getFlowStyle() == FlowStyle.BLOCK
        && !list.getValue().isEmpty()) {
      return endOf(list.getValue().get(list.getValue().size() - 1));
    }
    return index(end(node));
  }

  static Mark start(Node node) {
    return node.getStartMark().orElseThrow();
  }

  static Mark end(Node node) {
    return node.getEndMark().orElseThrow();
  }

  /** The parser counts code points. */
  int index(Mark mark) {
    return text.offsetByCodePoints(0, mark.getIndex());
  }

  static boolean isEmpty(Node node) {
    return node instanceof MappingNode mapping
        ? mapping.getValue().isEmpty()
        : node instanceof ScalarNode scalar && scalar.isPlain() && scalar.getValue().isEmpty();
  }
}
