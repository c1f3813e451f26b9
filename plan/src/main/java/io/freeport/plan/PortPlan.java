package io.freeport.plan;

import io.freeport.PortAllocator;
import io.freeport.plan.internal.file.LoadedPlan;
import io.freeport.plan.internal.file.PlanLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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
 * of the repository (where {@code .git} is) is read. Keys are merged. Precedence, lowest first: the
 * files from the outermost to the nearest, the section of the current environment, environment
 * variables such as {@code FREEPORT_SERVICES_SERVER_PREFERRED=4000}, system properties such as
 * {@code freeport.services.server.preferred}, and JUnit's configuration parameters. The environment
 * is {@code freeport.environment}, else {@code ci} where the variable {@code CI} is {@code true},
 * else {@code test}.
 *
 * <p>Plans are immutable, and may be used from any thread.
 *
 * @since 0.1.0
 */
public final class PortPlan {

  private final PlanDefinition definition;

  /** Shared by all assignments: making one takes longer than holding some ports. */
  private final PortAllocator allocator;

  private PortPlan(PlanDefinition definition) {
    this.definition = definition;
    this.allocator = PortAllocator.builder(definition.loaded().settings()).build();
  }

  /**
   * Reads a plan.
   *
   * @param path the file; or a directory, for which all files up to the root of its repository
   *     count
   * @return the plan; without services if there is no file
   * @throws PlanException if a file, or a value that overrides it, is invalid
   * @throws IllegalArgumentException if a setting is invalid
   */
  public static PortPlan load(Path path) {
    return of(PlanLoader.ofThisJvm().load(path));
  }

  /**
   * Returns a plan of what was read. Only for FreePort's own modules.
   *
   * @param loaded what was read
   * @return the plan
   * @throws IllegalArgumentException if a setting is invalid
   */
  public static PortPlan of(LoadedPlan loaded) {
    return new PortPlan(PlanDefinition.of(loaded));
  }

  /**
   * Returns what was read. Only for FreePort's own modules.
   *
   * @return the values with their origins, and the settings that apply to the plan
   */
  public LoadedPlan loaded() {
    return definition.loaded();
  }

  /**
   * Returns the services by their names.
   *
   * @return all of them, in the order in which they are written
   */
  public Map<String, PortService> services() {
    return definition.services();
  }

  /**
   * Returns one of the services.
   *
   * @param name its name
   * @return its definition
   * @throws IllegalArgumentException if there is none of that name
   */
  public PortService service(String name) {
    return definition.service(name);
  }

  /**
   * Returns the environment that the plan is for.
   *
   * @return for example {@code test} or {@code ci}
   */
  public String environment() {
    return definition.environment();
  }

  /**
   * Returns what happens when two services want one port.
   *
   * @return the strategy
   */
  public ConflictStrategy strategy() {
    return definition.strategy();
  }

  /**
   * Returns how long a health check waits.
   *
   * @return the timeout; five seconds by default
   */
  public Duration healthTimeout() {
    return definition.healthTimeout();
  }

  /**
   * Returns a text that identifies the plan among those of this host.
   *
   * @return the same text in each process that reads the same outermost file
   */
  public String id() {
    return definition.id();
  }

  /**
   * Holds a port for each service, all or none, in the order of their priorities.
   *
   * @param listeners are called from the beginning
   * @return the ports, to be closed
   * @throws PortConflictException if a service cannot have a port; none is held then
   */
  public PortAssignments assign(PlanListener... listeners) {
    PortAssignments assignments = open(listeners);
    assignments.holdAllOrClose();
    return assignments;
  }

  /**
   * Starts without any port; they are held as they are {@linkplain PortAssignments#assign asked
   * for}.
   *
   * @param listeners are called from the beginning
   * @return no ports yet, to be closed
   */
  public PortAssignments open(PlanListener... listeners) {
    return open("", listeners);
  }

  /**
   * Starts without any port, as {@link #open(PlanListener...)} does.
   *
   * @param usedBy the user of the ports, such as a test; for messages
   * @param listeners are called from the beginning
   * @return no ports yet, to be closed
   */
  public PortAssignments open(String usedBy, PlanListener... listeners) {
    return new PortAssignments(
        definition, new Assigner(definition, allocator, usedBy, List.of(listeners)));
  }

  /** Returns the environment and the names of the services. */
  @Override
  public String toString() {
    return "plan for " + environment() + " with " + services().keySet();
  }
}
