package io.freeport.plan;

import io.freeport.HeldPort;
import io.freeport.PortConsumer;
import io.freeport.PortHandoffException;
import io.freeport.PortState;
import io.freeport.internal.handoff.ConflictRetry;
import io.freeport.internal.handoff.PortConflict;
import io.freeport.plan.PortService.Scope;
import io.freeport.plan.health.Health;
import io.freeport.plan.health.HealthCheck;
import io.freeport.plan.health.HealthEvent;
import io.freeport.plan.health.HealthMonitor;
import io.freeport.plan.http.PortsServer;
import io.freeport.plan.internal.file.PlanRules;
import io.freeport.plan.internal.http.Json;
import io.freeport.spi.NamedPorts;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The ports of a plan's services, held until this is closed.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread. They run one after the
 * other.
 *
 * <p><strong>Cleanup.</strong> {@link #close()} releases all ports, and so does the end of the JVM.
 * Those of services with {@code scope: build} are only released by the latter.
 *
 * @since 0.1.0
 */
public final class PortAssignments implements NamedPorts {

  private final PlanDefinition plan;
  private final Assigner assigner;

  PortAssignments(PlanDefinition plan, Assigner assigner) {
    this.plan = plan;
    this.assigner = assigner;
  }

  /**
   * Returns the {@linkplain PortPlan#id() id} of the plan.
   *
   * @return the same text in each process that reads the same outermost file
   */
  public String planId() {
    return plan.id();
  }

  @Override
  public Set<String> names() {
    return plan.services().keySet();
  }

  @Override
  public String source(String service) {
    return plan.service(service).inherit().map(this::source).orElse(service);
  }

  /**
   * Holds a port for each service that has none, in the order of their priorities.
   *
   * @throws PortConflictException if one cannot have a port; what is held until then stays held
   */
  @Override
  public synchronized void holdAll() {
    plan.inOrder().forEach(assigner::assign);
  }

  /** A failure to release ports must not hide the first failure. */
  void holdAllOrClose() {
    try {
      holdAll();
    } catch (Throwable e) {
      try {
        close();
      } catch (RuntimeException onClose) {
        e.addSuppressed(onClose);
      }
      throw e;
    }
  }

  /**
   * Returns the port of a service, which gets one now if it has none.
   *
   * @param service the name of the service
   * @return the port and its tier
   * @throws PortConflictException if it cannot have one
   * @throws IllegalArgumentException if the plan has no such service
   * @throws IllegalStateException if this is closed and the service has none yet
   */
  public synchronized Assignment assign(String service) {
    return assigner.assign(plan.service(service));
  }

  /**
   * Returns the number of a service's port, which gets one now if it has none.
   *
   * @param service the name of the service
   * @return the number, from 1 to 65535
   * @throws PortConflictException if it cannot have one
   * @throws IllegalArgumentException if the plan has no such service
   */
  public int port(String service) {
    return assign(service).port();
  }

  /**
   * Returns the hold of a service's port, to hand it over.
   *
   * @param service the name of the service
   * @return the hold, which stays this object's: it is released with it
   * @throws IllegalStateException if the service was detected: its port is not held
   * @throws IllegalArgumentException if the plan has no such service
   */
  @Override
  public HeldPort held(String service) {
    Assignment assignment = assign(service);
    return assignment
        .held()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Service \""
                        + service
                        + "\" was detected on port "
                        + assignment.port()
                        + " and runs already, so its port is not held. Use port(...)."));
  }

  /**
   * Offers a service's port, so that the service can listen on it beside the hold; again, if it had
   * been taken and the service has stopped.
   *
   * @param service the name of the service
   * @return the number
   * @throws IllegalArgumentException if the plan has no such service
   */
  @Override
  public synchronized int offer(String service) {
    Assignment assignment = assign(service);
    assignment.held().filter(held -> isToBeOffered(held, service)).ifPresent(HeldPort::offer);
    return assignment.port();
  }

  /** A service of another JVM may listen on a build port at any moment. */
  private boolean isToBeOffered(HeldPort held, String service) {
    return held.state() == PortState.HELD
        || (held.state() == PortState.TAKEN
            && !isOfBuild(service)
            && !HealthCheck.listening(held.number()).check().healthy());
  }

  private boolean isOfBuild(String service) {
    return plan.service(source(service)).scope() == Scope.BUILD;
  }

  /**
   * Offers a service's port and starts the service; one that cannot bind beside the hold is started
   * once more without it, see {@link io.freeport.spi.PortHandover#start}. If that fails since
   * somebody else has the port, the service is moved to another one and started there, up to {@code
   * freeport.bind.retries} times (3 by default). A service with {@code scope: build} is not moved.
   *
   * @param service the name of the service
   * @param consumer starts it
   * @param <T> what is started
   * @param <E> how the start may fail
   * @return what was started; its port is {@link #port}
   * @throws E if the start fails for another reason, for example because another port is taken, or
   *     too often
   * @throws IllegalStateException if the service was detected
   */
  public <T, E extends Exception> T start(String service, PortConsumer<T, E> consumer) throws E {
    return ConflictRetry.run(plan.bindRetries(), new ServiceStart<>(service, consumer));
  }

  private final class ServiceStart<T, E extends Exception> implements ConflictRetry.Attempt<T, E> {

    private final String service;
    private final PortConsumer<T, E> consumer;

    ServiceStart(String service, PortConsumer<T, E> consumer) {
      this.service = service;
      this.consumer = consumer;
    }

    @Override
    public T start() throws E {
      HeldPort port = held(service);
      offer(service);
      return port.handover().start(number -> consumer.start(port));
    }

    @Override
    public boolean isConflict(Exception failure) {
      return (PortConflict.isCauseOf(failure) || failure instanceof PortHandoffException)
          && held(service).handover().isInUse()
          && !isOfBuild(service);
    }

    @Override
    public void changeNumbers(Exception conflict) {
      move(service);
    }
  }

  /**
   * Moves a service, and those that inherit from it, to another port.
   *
   * @param service the name of the service
   * @return its new port
   * @throws PortConflictException if there is no other port; the service keeps the present one
   */
  public synchronized Assignment move(String service) {
    return assigner.move(plan.service(service));
  }

  /**
   * Returns the ports that services have now.
   *
   * @return from names to ports, in the order of the plan
   */
  public synchronized Map<String, Assignment> assignments() {
    Map<String, Assignment> ordered = new LinkedHashMap<>();
    plan.services().keySet().stream()
        .map(assigner::get)
        .flatMap(assignment -> Optional.ofNullable(assignment).stream())
        .forEach(assignment -> ordered.put(assignment.name(), assignment));
    return Collections.unmodifiableMap(ordered);
  }

  /**
   * Returns the URL of a service for clients on this host. The service gets a port if it has none.
   *
   * @param service the name of the service
   * @return for example {@code http://localhost:3000}
   * @throws IllegalArgumentException if the plan has no such service, or that requires nothing
   */
  public String url(String service) {
    return plan.service(service)
        .url(port(service))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Service \""
                        + service
                        + "\" has no URL, because the plan does not say what it requires. Add \"requires: http\", for example."));
  }

  /**
   * Returns the URLs of the services for clients on this host.
   *
   * @return from names to URLs such as {@code ws://localhost:3000}; without services that require
   *     nothing
   */
  public Map<String, String> urls() {
    Map<String, String> urls = new LinkedHashMap<>();
    assignments()
        .forEach(
            (name, assignment) ->
                assignment.service().url(assignment.port()).ifPresent(url -> urls.put(name, url)));
    return urls;
  }

  /**
   * Returns ports and URLs as environment variables, for a child process.
   *
   * @return {@code SERVER_PORT} and {@code SERVER_URL} for a service named {@code server}
   */
  public Map<String, String> asEnvironment() {
    Map<String, String> variables = new LinkedHashMap<>();
    assignments()
        .forEach(
            (name, assignment) ->
                variables.put(
                    PlanRules.variableName(name) + "_PORT", Integer.toString(assignment.port())));
    urls().forEach((name, url) -> variables.put(PlanRules.variableName(name) + "_URL", url));
    return variables;
  }

  /**
   * Returns ports and URLs as properties.
   *
   * @return {@code server.port} and {@code server.url} for a service named {@code server}
   */
  public Properties asProperties() {
    Properties properties = new Properties();
    assignments()
        .forEach(
            (name, assignment) ->
                properties.setProperty(name + ".port", Integer.toString(assignment.port())));
    urls().forEach((name, url) -> properties.setProperty(name + ".url", url));
    return properties;
  }

  /**
   * Returns ports, environment and URLs in JSON, as {@link PortsServer} serves them.
   *
   * @return {@code {"success":true,"data":{"server":3000,"environment":"test","urls":{...}}}}
   */
  public String toJson() {
    Map<String, Object> data = new LinkedHashMap<>();
    assignments().forEach((name, assignment) -> data.put(name, assignment.port()));
    data.put("environment", plan.environment());
    data.put("urls", urls());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("success", true);
    answer.put("data", data);
    return Json.write(answer);
  }

  /**
   * Checks all services once, one after the other.
   *
   * @return what was found, by service
   */
  public Map<String, Health> health() {
    Map<String, Health> health = new LinkedHashMap<>();
    checks().forEach((name, check) -> health.put(name, check.check()));
    return health;
  }

  /**
   * Checks all services again and again.
   *
   * @param interval how long to wait between two checks of a service
   * @param listener receives changes, and the first result
   * @return the monitor, to be closed before this
   */
  public HealthMonitor monitor(Duration interval, Consumer<HealthEvent> listener) {
    return HealthMonitor.start(checks(), interval, listener);
  }

  /** Looks up the port at each check, because services move. */
  private Map<String, HealthCheck> checks() {
    Function<String, HealthCheck> check =
        name -> () -> plan.service(name).healthCheck(port(name), plan.healthTimeout()).check();
    Map<String, HealthCheck> checks = new LinkedHashMap<>();
    assignments().keySet().forEach(name -> checks.put(name, check.apply(name)));
    return checks;
  }

  /**
   * Releases all ports. Closing it again does nothing.
   *
   * @throws io.freeport.PortLeakException if a service still listens, and leaks are configured to
   *     fail; all are released
   */
  @Override
  public synchronized void close() {
    assigner.close();
  }

  /** Returns the ports with their tiers, for messages. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    assignments()
        .forEach(
            (name, assignment) ->
                text.append(text.isEmpty() ? "" : ", ")
                    .append(name)
                    .append(": ")
                    .append(assignment.port())
                    .append(" (")
                    .append(assignment.tier().toString().toLowerCase(Locale.ROOT))
                    .append(')'));
    return text.toString();
  }
}
