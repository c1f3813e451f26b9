package io.freeport.plan.internal.file;

import io.freeport.plan.PortService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files of a plan, merges them, and lets the environment and the system properties
 * override what they say.
 *
 * @param properties the system properties
 * @param variables the environment
 * @param texts what files would say, instead of what they do
 */
public record PlanLoader(
    Properties properties, Map<String, String> variables, Map<Path, String> texts) {

  static final String FILE_NAME = "freeport.yaml";
  static final String SERVICES = "services";
  static final String ENVIRONMENTS = "environments";
  static final List<String> SECTIONS = List.of(SERVICES, ENVIRONMENTS);

  private static final String PROPERTY = "freeport.services.";
  private static final String VARIABLE = "FREEPORT_SERVICES_";

  /**
   * What was read.
   *
   * @param origin the outermost file; the directory if there is none
   * @param root everything as nodes, which know where they were written
   */
  public record Loaded(
      Path origin,
      String environment,
      PlanNode root,
      Map<String, PortService> services,
      PlanFileSettings settings) {}

  public PlanLoader(Properties properties, Map<String, String> variables) {
    this(properties, variables, Map.of());
  }

  public static PlanLoader ofThisJvm() {
    return new PlanLoader(System.getProperties(), System.getenv());
  }

  public PlanLoader with(Path file, String text) {
    return new PlanLoader(properties, variables, Map.of(file.toAbsolutePath().normalize(), text));
  }

  /** Reads one file, or, of a directory, those that count for it. */
  public Loaded load(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    List<Path> files = Files.isDirectory(absolute) ? files(absolute) : List.of(absolute);
    PlanNode root = new PlanNode(Origin.of(absolute.toString()), "", Map.of());
    for (Path file : files) {
      String text = texts.get(file);
      root = root.overriddenBy(text == null ? PlanFile.read(file) : PlanFile.read(file, text));
    }
    PlanNode environments = root.map().get(ENVIRONMENTS);
    Map<String, PlanNode> overrides = environments == null ? Map.of() : environments.map();
    PlanNode base = without(root, ENVIRONMENTS);
    // Each is read, so that a mistake is told of where it is made and not in CI only.
    overrides.forEach((name, override) -> read(absolute, name, merge(base, override)));
    String environment = environment();
    PlanNode override = overrides.get(environment);
    return read(
        files.isEmpty() ? absolute : files.get(0),
        environment,
        overridden(override == null ? base : merge(base, override)));
  }

  private static Loaded read(Path origin, String environment, PlanNode root) {
    Map<String, PlanNode> values = new LinkedHashMap<>(root.map());
    PlanNode services = values.remove(SERVICES);
    return new Loaded(
        origin, environment, root, PlanReader.services(services), PlanFileSettings.of(values));
  }

  private static PlanNode merge(PlanNode base, PlanNode override) {
    PlanNode nested = override.map().get(ENVIRONMENTS);
    if (nested != null) {
      throw nested.error("an environment cannot have environments. Move this to the left.");
    }
    return base.overriddenBy(override);
  }

  private static PlanNode without(PlanNode node, String key) {
    Map<String, PlanNode> values = new LinkedHashMap<>(node.map());
    values.remove(key);
    return new PlanNode(node.origin(), node.path(), values);
  }

  /** Where nobody says so, this is a test; most CI servers set CI. */
  private String environment() {
    String chosen =
        properties.getProperty("freeport.environment", variables.get("FREEPORT_ENVIRONMENT"));
    if (chosen != null && !chosen.isBlank()) {
      return chosen.strip();
    }
    return "true".equals(variables.get("CI")) ? "ci" : "test";
  }

  /** The nearest file may be one that is not there yet. */
  private List<Path> files(Path directory) {
    List<Path> files = find(directory);
    Path own = directory.resolve(FILE_NAME);
    if (texts.containsKey(own) && !files.contains(own)) {
      files = new ArrayList<>(files);
      files.add(own);
    }
    return files;
  }

  /**
   * Returns the files from a directory up to the root of its repository, the outermost first. Where
   * there is no repository, the directory itself is all: what is above may be anybody's.
   */
  public static List<Path> find(Path directory) {
    List<Path> files = new ArrayList<>();
    for (Path here = directory; here != null; here = here.getParent()) {
      Path file = here.resolve(FILE_NAME);
      if (Files.exists(file)) {
        files.add(0, file);
      }
      if (Files.exists(here.resolve(".git"))) {
        return files;
      }
    }
    Path own = directory.resolve(FILE_NAME);
    return Files.exists(own) ? List.of(own) : List.of();
  }

  /** A property goes before a variable. */
  private PlanNode overridden(PlanNode root) {
    Map<String, PlanNode> overrides = new TreeMap<>();
    variables.forEach(
        (name, value) -> {
          if (name.startsWith(VARIABLE)) {
            PlanNode node = new PlanNode(Origin.of("environment variable " + name), "", value);
            overrides.put(key(root, node, name.substring(VARIABLE.length())), node);
          }
        });
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(PROPERTY)) {
        String value = properties.getProperty(name);
        PlanNode node = new PlanNode(Origin.of("system property " + name), "", value);
        overrides.put(key(root, node, name.substring(PROPERTY.length())), node);
      }
    }
    PlanNode result = root;
    for (Map.Entry<String, PlanNode> override : overrides.entrySet()) {
      String[] key = override.getKey().split("\\.", 2);
      result = result.overriddenBy(override(key[0], key[1], override.getValue()));
    }
    return result;
  }

  private static PlanNode override(String service, String key, PlanNode value) {
    String path = SERVICES + "." + service;
    PlanNode leaf = new PlanNode(value.origin(), path + "." + key, value.content());
    PlanNode definition = new PlanNode(value.origin(), path, Map.of(key, leaf));
    PlanNode services = new PlanNode(value.origin(), SERVICES, Map.of(service, definition));
    return new PlanNode(value.origin(), "", Map.of(SERVICES, services));
  }

  /** Returns service and key as they are written in files: {@code server.autoFallback}. */
  private static String key(PlanNode root, PlanNode override, String written) {
    Map<String, String> known = new TreeMap<>();
    PlanNode services = root.map().get(SERVICES);
    for (String service : services == null ? List.<String>of() : services.map().keySet()) {
      for (String key : PlanReader.KEYS) {
        known.put(variable(service + "." + key), service + "." + key);
      }
    }
    String key = known.get(variable(written));
    if (key == null) {
      throw override.error(
          "no service has this key." + Spelling.suggest(written, nearby(known.values(), written)));
    }
    return key;
  }

  /** Of six services with a dozen keys each, nobody wants to read all. */
  private static List<String> nearby(Iterable<String> known, String written) {
    List<String> same = new ArrayList<>();
    List<String> all = new ArrayList<>();
    for (String key : known) {
      all.add(key);
      String service = variable(key.substring(0, key.indexOf('.')));
      if (variable(written).startsWith(service + "_")) {
        same.add(key);
      }
    }
    return same.isEmpty() ? all : same;
  }

  private static String variable(String key) {
    return PlanRules.variableName(key).replace('.', '_');
  }

  /** Returns where a value was written, by its keys. */
  public static @Nullable Origin origin(PlanNode root, String key) {
    PlanNode node = root;
    for (String name : key.split("\\.", -1)) {
      PlanNode next = node.content() instanceof Map ? node.map().get(name) : null;
      if (next == null) {
        return null;
      }
      node = next;
    }
    return node.origin();
  }
}
