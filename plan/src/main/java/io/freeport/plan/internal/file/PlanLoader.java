package io.freeport.plan.internal.file;

import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the files of a plan, merges them, and applies what the settings say about services.
 *
 * @param settings take precedence over those in the files
 * @param texts replace the contents of files
 */
public record PlanLoader(Settings settings, Map<Path, String> texts) {

  private static final String FILE_NAME = "freeport.yaml";

  /** Returns a loader that reads the files as they are. */
  public PlanLoader(Settings settings) {
    this(settings, Map.of());
  }

  /** Returns a loader with the present settings of this JVM. */
  public static PlanLoader ofThisJvm() {
    return new PlanLoader(Settings.ofThisJvm());
  }

  /**
   * Returns a loader that reads a file as if it had another text.
   *
   * @param file the file, which need not exist
   */
  public PlanLoader with(Path file, String text) {
    return new PlanLoader(settings, Map.of(file.toAbsolutePath().normalize(), text));
  }

  /**
   * Reads a plan.
   *
   * @param path a file, or a directory: then all {@linkplain #files files} of that count
   */
  public LoadedPlan load(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    List<Path> files = Files.isDirectory(absolute) ? filesWithTexts(absolute) : List.of(absolute);
    PlanNode root = new PlanNode(Origin.of(absolute.toString()), "", Map.of());
    for (Path file : files) {
      String text = texts.get(file);
      root = root.overriddenBy(text == null ? PlanFile.read(file) : PlanFile.read(file, text));
    }
    PlanNode environments = root.map().get(PlanKeys.ENVIRONMENTS);
    Map<String, PlanNode> sections = environments == null ? Map.of() : environments.map();
    PlanNode base = without(root, PlanKeys.ENVIRONMENTS);
    // Reads each of them, so that a mistake shows where it is made and not in CI only.
    sections.forEach((name, section) -> read(absolute, name, merge(base, section)));
    PlanOverrides overrides = PlanOverrides.of(settings);
    PlanNode section = sections.get(overrides.environment());
    return read(
        files.isEmpty() ? absolute : files.get(0),
        overrides.environment(),
        overrides.applyTo(section == null ? base : merge(base, section)));
  }

  private LoadedPlan read(Path source, String environment, PlanNode root) {
    Map<String, PlanNode> values = new LinkedHashMap<>(root.map());
    PlanNode definitions = values.remove(PlanKeys.SERVICES);
    Map<String, PortService> services = PlanReader.services(definitions);
    PlanFileSettings inFiles = PlanFileSettings.of(values);
    return new LoadedPlan(source, environment, root, services, inFiles, settings.with(inFiles));
  }

  private static PlanNode merge(PlanNode base, PlanNode section) {
    PlanNode nested = section.map().get(PlanKeys.ENVIRONMENTS);
    if (nested != null) {
      throw nested.error("an environment cannot have environments. Move this to the left.");
    }
    return base.overriddenBy(section);
  }

  private static PlanNode without(PlanNode node, String key) {
    Map<String, PlanNode> values = new LinkedHashMap<>(node.map());
    values.remove(key);
    return new PlanNode(node.origin(), node.path(), values);
  }

  /** The nearest file may be one that does not exist yet. */
  private List<Path> filesWithTexts(Path directory) {
    List<Path> files = files(directory);
    Path own = directory.resolve(FILE_NAME);
    if (texts.containsKey(own) && !files.contains(own)) {
      files = new ArrayList<>(files);
      files.add(own);
    }
    return files;
  }

  /**
   * Returns the files that count for a directory, the outermost first. They are those from the
   * directory up to the root of its repository. Without a repository, only the directory itself
   * counts: what is above may belong to anybody.
   */
  public static List<Path> files(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    List<Path> files = new ArrayList<>();
    for (Path here = absolute; here != null; here = here.getParent()) {
      Path file = here.resolve(FILE_NAME);
      if (Files.exists(file)) {
        files.add(0, file);
      }
      if (Files.exists(here.resolve(".git"))) {
        return files;
      }
    }
    Path own = absolute.resolve(FILE_NAME);
    return Files.exists(own) ? List.of(own) : List.of();
  }
}
