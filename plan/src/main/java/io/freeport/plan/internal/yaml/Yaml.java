package io.freeport.plan.internal.yaml;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Parses YAML, of which JSON is a part. What it returns can be walked by recursion: it is neither
 * deep nor large, also where an alias stands for what its anchor has.
 */
public final class Yaml {

  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setAllowNonScalarKeys(true).build();

  private int values;

  private Yaml() {}

  /**
   * Returns the nodes of a text; empty if it has none.
   *
   * @throws YamlLimitException if it has too many, or they are nested too deeply
   * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException if it is not YAML
   */
  public static Optional<Node> compose(String text) {
    Optional<Node> root =
        new Composer(
                SETTINGS,
                new LimitedParser(new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text))))
            .getSingleNode();
    root.ifPresent(node -> new Yaml().check(node, 1));
    return root;
  }

  /**
   * Returns the maps, lists and simple values of a text; an empty text if it has none.
   *
   * @throws YamlLimitException as {@link #compose} does
   * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException if it is not YAML
   */
  public static Object load(String text) {
    Object value = new StandardConstructor(SETTINGS).constructSingleDocument(compose(text));
    return value == null ? "" : value;
  }

  /** Counts what an alias stands for each time. */
  private void check(Node node, int depth) {
    LimitedParser.checkDepth(depth, node.getStartMark());
    LimitedParser.checkCount(++values, node.getStartMark());
    if (node instanceof SequenceNode list) {
      list.getValue().forEach(item -> check(item, depth + 1));
    } else if (node instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        check(entry.getKeyNode(), depth + 1);
        check(entry.getValueNode(), depth + 1);
      }
    }
  }
}
