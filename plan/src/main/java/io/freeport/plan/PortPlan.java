package io.freeport.plan;

import io.freeport.PortAllocator;
import io.freeport.PortRange;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.internal.file.Origin;
import io.freeport.plan.internal.file.PlanLoader;
import io.freeport.plan.internal.file.PlanNode;
import io.freeport.plan.internal.file.PlanReader;
import io.freeport.plan.internal.file.Spelling;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The services of a project, as {@code freeport.yaml} defines them.
 *
 * <pre>{@code
 * try (PortAssignments ports = PortPlan.load(Path.of("")).assign()) {
 *   server.start(ports.offer("server"));
 *   ...
 * }
 * }</pre>
 *
 * <p><strong>Files.</strong> For a directory, every {@code freeport.yaml} from there up to the root
 * of the repository (where {@code .git} is) is read. Keys are merged; the nearest file wins, then
 * come what the file says for the current environment, environment variables, and system
 * properties: {@code FREEPORT_SERVICES_SERVER_PREFERRED=4000} or {@code
 * freeport.services.server.preferred}. The environment is {@code freeport.environment}, else {@code
 * ci} where the variable {@code CI} is {@code true}, else {@code test}.
 *
 * <p>Plans are immutable, and may be used from any thread.
 *
 * @since 0.1.0
 */
public final class PortPlan {

  private final PlanLoader.Loaded loaded;
  private final Settings settings;
  private final ConflictStrategy strategy;
  private final Duration healthTimeout;
  private final List<PortRange> avoided;

  /** One for all assignments, since to make one takes longer than to hold some ports. */
  private final PortAllocator allocator;

  private PortPlan(PlanLoader.Loaded loaded, Supplier<Settings> outer) {
    this.loaded = loaded;
    Map<String, PlanNode> nodes = loaded.settings().nodes();
    // Typed reads of the nodes name the line; those of the settings, which go before, the source.
    Optional.ofNullable(nodes.get("freeport.strategy"))
        .ifPresent(node -> node.choice(ConflictStrategy.class));
    Optional.ofNullable(nodes.get("freeport.health.timeout")).ifPresent(PlanNode::duration);
    PlanReader.ranges(nodes.get("freeport.ranges"));
    PlanReader.ranges(nodes.get("freeport.avoid"));
    settings = outer.get().with(loaded.settings());
    strategy = settings.choice(SettingKeys.STRATEGY, ConflictStrategy.MINIMAL);
    healthTimeout = settings.get(SettingKeys.HEALTH_TIMEOUT);
    avoided = settings.get(SettingKeys.AVOID);
    allocator = PortAllocator.builder(settings).build();
  }

  /**
   * Reads a plan.
   *
   * @param path the file; or a directory, for which all files up to the root of its repository
   *     count
   * @return the plan; without services if there is no file
   * @throws PlanException if a file, or what overrides it, cannot be meant
   * @throws IllegalArgumentException if a setting cannot be meant
   */
  public static PortPlan load(Path path) {
    return load(path, PlanLoader.ofThisJvm());
  }

  /**
   * Reads a plan whose files add to given settings, instead of to those of this JVM.
   *
   * @param path the file; or a directory, for which all files up to the root of its repository
   *     count
   * @param settings without those of any file
   * @return the plan; without services if there is no file
   * @throws PlanException if a file, or what overrides it, is invalid
   * @throws IllegalArgumentException if a setting is invalid
   */
  public static PortPlan load(Path path, Settings settings) {
    return new PortPlan(PlanLoader.ofThisJvm().load(path), () -> settings);
  }

  /**
   * Reads a plan as it would be if one of its files had another text, before that is written.
   *
   * @param path the file; or a directory, for which all files up to the root of its repository
   *     count
   * @param file the file, which need not exist yet
   * @param text what it would say
   * @return the plan
   * @throws PlanException if it could not be meant
   * @throws IllegalArgumentException if a setting could not be meant
   */
  public static PortPlan preview(Path path, Path file, String text) {
    PlanLoader loader = PlanLoader.ofThisJvm().with(file, text);
    // Not those of the file as it is, which this may be about to mend.
    return new PortPlan(loader.load(path), Settings::ofProcess);
  }

  /**
   * Returns the files that count for a directory. They are not read.
   *
   * @param directory the directory
   * @return every {@code freeport.yaml} up to the root of the repository, the outermost first;
   *     empty if there is none
   */
  public static List<Path> files(Path directory) {
    return PlanLoader.find(directory.toAbsolutePath().normalize());
  }

  static PortPlan load(Path path, PlanLoader loader) {
    return new PortPlan(loader.load(path), Settings::ofThisJvm);
  }

  /**
   * Returns the settings that apply to the plan: those of this JVM and those of its files.
   *
   * @return the settings
   */
  public Settings settings() {
    return settings;
  }

  /**
   * Returns the services by their names.
   *
   * @return all of them, in the order in which they are written
   */
  public Map<String, PortService> services() {
    return Collections.unmodifiableMap(loaded.services());
  }

  /**
   * Returns one of the services.
   *
   * @param name its name
   * @return its definition
   * @throws IllegalArgumentException if there is none of that name
   */
  public PortService service(String name) {
    PortService service = loaded.services().get(name);
    if (service == null) {
      throw new IllegalArgumentException(
          "There is no service \""
              + name
              + "\" in the plan."
              + Spelling.suggest(name, loaded.services().keySet()));
    }
    return service;
  }

  /**
   * Returns which environment the plan is for.
   *
   * @return for example {@code test} or {@code ci}
   */
  public String environment() {
    return loaded.environment();
  }

  /**
   * Returns what happens when two services want one port.
   *
   * @return the strategy
   */
  public ConflictStrategy strategy() {
    return strategy;
  }

  /**
   * Returns how long a health check waits.
   *
   * @return the timeout; five seconds if nothing else is said
   */
  public Duration healthTimeout() {
    return healthTimeout;
  }

  /**
   * Returns where a value was written.
   *
   * @param key its keys, for example {@code services.server.preferred}
   * @return for example {@code /project/freeport.yaml:3}; empty if nobody wrote it
   */
  public Optional<String> origin(String key) {
    return Optional.ofNullable(PlanLoader.origin(loaded.root(), key)).map(Origin::text);
  }

  /**
   * Holds a port for each service, all or none, in the order of their priorities.
   *
   * @param listeners are told from the beginning
   * @return the ports, to be closed
   * @throws PortConflictException if a service cannot have a port; none is held then
   */
  public PortAssignments assign(PlanListener... listeners) {
    PortAssignments assignments = open(listeners);
    try {
      assignments.holdAll();
      return assignments;
    } catch (Throwable e) {
      assignments.close();
      throw e;
    }
  }

  /**
   * Starts without any port; they are held as they are {@linkplain PortAssignments#assign asked
   * for}.
   *
   * @param listeners are told from the beginning
   * @return no ports yet, to be closed
   */
  public PortAssignments open(PlanListener... listeners) {
    return open("", listeners);
  }

  public PortAssignments open(String usedBy, PlanListener... listeners) {
    return new PortAssignments(this, new Assigner(this, allocator, usedBy, List.of(listeners)));
  }

  /** The same in each process of a checkout, whichever of its modules it is for. */
  public String id() {
    return UUID.nameUUIDFromBytes(loaded.origin().toString().getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  int bindRetries() {
    return settings.get(SettingKeys.BIND_RETRIES);
  }

  List<PortRange> avoided() {
    return avoided;
  }

  /** Returns the services in the order in which they are served. */
  List<PortService> inOrder() {
    List<PortService> services = new ArrayList<>(loaded.services().values());
    services.sort(Comparator.comparing(PortService::priority)); // stable
    return services;
  }

  /** Returns the environment and the names of the services. */
  @Override
  public String toString() {
    return "plan for " + environment() + " with " + loaded.services().keySet();
  }
}
