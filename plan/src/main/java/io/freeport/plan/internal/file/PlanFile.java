package io.freeport.plan.internal.file;

import io.freeport.internal.os.SmallFile;
import io.freeport.plan.internal.yaml.Yaml;
import io.freeport.plan.internal.yaml.YamlLimitException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a file into nodes. It uses only the YAML parser, which creates no objects that a file
 * names.
 */
final class PlanFile {

  private static final Set<Tag> PLAIN_TAGS =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.MAP, Tag.SEQ);

  private final Path file;

  private PlanFile(Path file) {
    this.file = file;
  }

  static PlanNode read(Path file) {
    PlanFile plan = new PlanFile(file);
    try {
      return plan.read(SmallFile.read(file));
    } catch (CharacterCodingException e) {
      throw plan.at(1).error("this is not a text in UTF-8. Save it as one.");
    } catch (IOException e) {
      throw plan.at(1).error("the file cannot be read: " + e);
    }
  }

  static PlanNode read(Path file, String text) {
    return new PlanFile(file).read(text);
  }

  private PlanNode read(String text) {
    Optional<Node> root;
    try {
      root = Yaml.compose(text);
    } catch (YamlLimitException e) {
      throw at(e.line()).error(String.valueOf(e.getMessage()));
    } catch (MarkedYamlEngineException e) {
      throw e.getProblemMark()
          .or(e::getContextMark)
          .map(this::at)
          .orElse(at(1))
          .error("this is not YAML: " + problem(e) + ". Look at this line and the one before it.");
    } catch (YamlEngineException e) {
      throw at(1).error("this is not YAML: " + e.getMessage());
    }
    if (root.isEmpty()) {
      throw at(1)
          .error("the file is empty. Name a service in it, for example \"services: {web: }\".");
    }
    PlanNode node = convert(root.get(), at(1), "");
    node.map();
    return node;
  }

  private static String problem(MarkedYamlEngineException e) {
    return e.getProblem().startsWith("but ")
        ? e.getContext() + " " + e.getProblem()
        : e.getProblem();
  }

  private PlanNode convert(Node node, Origin origin, String path) {
    PlanNode here = new PlanNode(origin, path, "");
    if (!PLAIN_TAGS.contains(node.getTag())) {
      throw here.error("the tag " + node.getTag() + " means nothing here. Leave it out.");
    }
    if (node instanceof ScalarNode scalar) {
      return new PlanNode(origin, path, scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue());
    }
    if (node instanceof SequenceNode sequence) {
      List<PlanNode> items = new ArrayList<>();
      for (Node item : sequence.getValue()) {
        items.add(convert(item, at(item), path));
      }
      return new PlanNode(origin, path, items);
    }
    return new PlanNode(origin, path, entries((MappingNode) node, path));
  }

  private Map<String, PlanNode> entries(MappingNode mapping, String path) {
    Map<String, PlanNode> entries = new LinkedHashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      Origin origin = at(entry.getKeyNode());
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        throw new PlanNode(origin, path, "").error("a key must be a word.");
      }
      String name = key.getValue();
      PlanNode value =
          convert(entry.getValueNode(), origin, path.isEmpty() ? name : path + "." + name);
      PlanNode first = entries.putIfAbsent(name, value);
      if (first != null) {
        throw value.error("the key is here twice, first at " + first.origin() + ". Remove one.");
      }
    }
    return entries;
  }

  private Origin at(Node node) {
    return node.getStartMark().map(this::at).orElse(at(1));
  }

  private Origin at(Mark mark) {
    return at(mark.getLine() + 1);
  }

  private Origin at(int line) {
    return Origin.of(file, line);
  }
}
