package io.freeport.docker.reaper;

import com.github.dockerjava.api.DockerClient;
import io.freeport.PortStatistics;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.lease.LeaseKeeper;
import io.freeport.docker.reaper.ReapPlan.Kind;
import io.freeport.internal.owner.OwnerRegistry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Removes what dead JVMs left behind at a Docker engine, and nothing else. It runs by itself when
 * the first test of a JVM begins; use this class to run it at another time.
 *
 * <p>Containers, networks and volumes belong to a JVM if they carry the label {@code
 * io.freeport.owner}. FreePort writes it on the containers that Testcontainers and {@link
 * io.freeport.docker.ContainerLauncher} start. Label networks and volumes yourself, see {@link
 * #labels()}. Resources whose owner is not certainly dead are kept. Reusable containers and Ryuk
 * are never removed.
 *
 * <p>A pass lists first, then decides, then removes what it decided on, so it does not touch what
 * is created in the meantime. Several reapers may run at the same time.
 *
 * <p><strong>Threads.</strong> Immutable; all methods may be called from any thread.
 *
 * @since 0.1.0
 */
public final class Reaper {

  private static final Logger LOGGER = System.getLogger(Reaper.class.getName());

  private final ReapOptions options;

  private Reaper(ReapOptions options) {
    this.options = options;
  }

  /**
   * Returns a reaper for the engine of this JVM, with the configuration of this JVM.
   *
   * @return a reaper that opens a connection for each pass, and closes it
   * @throws IllegalArgumentException if the configuration contains an invalid value
   */
  public static Reaper create() {
    return create(DockerContext.ofThisJvm());
  }

  static Reaper create(DockerContext context) {
    return new Reaper(
        ReapOptions.configured(context, Engine::connect, () -> "at " + Engine.uri(), true));
  }

  /**
   * Returns a reaper for any engine, with the configuration of this JVM.
   *
   * @param client remains the caller's, to be closed by it
   * @return a reaper
   * @throws IllegalArgumentException if the configuration contains an invalid value
   */
  public static Reaper using(DockerClient client) {
    return new Reaper(
        ReapOptions.configured(
            DockerContext.ofThisJvm(), () -> client, () -> "of the reaper's client", false));
  }

  /** Returns a reaper for the engine of this JVM that takes no client if there is nothing. */
  static Reaper lookingFirst(DockerContext context) {
    return new Reaper(create(context).options.lookingFirst());
  }

  /** Returns a reaper that closes the client after each pass. */
  static Reaper connecting(Supplier<DockerClient> connection, Supplier<String> engine) {
    return new Reaper(ReapOptions.configured(DockerContext.ofThisJvm(), connection, engine, true));
  }

  /**
   * Returns a reaper that also removes resources of owners that cannot be checked (on another host,
   * or in another pid namespace), once they are old enough. Only this decision depends on clocks:
   * both the engine's and this host's must tell that the resource is old.
   *
   * @param age longer than any test run takes
   * @return another reaper
   * @throws IllegalArgumentException if the age is zero or negative
   */
  public Reaper unknownOlderThan(Duration age) {
    return new Reaper(options.withAgeOfUnknown(age));
  }

  /**
   * Returns a reaper with another time limit.
   *
   * @param limit positive, and up to a day; by default what is configured, or 10 s
   * @return another reaper
   * @throws IllegalArgumentException if the limit is zero, negative or longer than a day
   */
  public Reaper timeLimit(Duration limit) {
    return new Reaper(options.withTimeLimit(limit));
  }

  /**
   * Returns a reaper that reports its progress.
   *
   * @param progress is called after each removal, whether it succeeded or not
   * @return another reaper
   */
  public Reaper listener(ReapProgress progress) {
    return new Reaper(options.withProgress(progress));
  }

  /**
   * Returns what would be removed.
   *
   * @return the plan; nothing is removed
   * @throws IllegalStateException if no engine answers within the time limit
   */
  public ReapPlan plan() {
    ReapReport report = lookForPlan().report();
    report
        .problem()
        .ifPresent(
            problem -> {
              throw new IllegalStateException("Cannot tell what is left behind: " + problem);
            });
    return report.plan();
  }

  /**
   * Removes what dead JVMs left behind, and logs one line if there was something.
   *
   * @return what was removed. If no engine answers within the time limit, the report says so
   */
  public ReapReport reap() {
    return attempt().report();
  }

  /** Like {@link #plan()}, but never throws. */
  ReapPass.Result lookForPlan() {
    return pass(plan -> false);
  }

  /** Like {@link #reap()}. */
  ReapPass.Result attempt() {
    ReapPass.Result result = pass(plan -> true);
    tell(result.report());
    return result;
  }

  /**
   * Removes what dead JVMs left behind, provided that some of it has one of these ports.
   *
   * @param tookTooLong is called if the engine did not answer in time
   * @return whether one of the ports may be free now
   */
  boolean reclaim(Set<Integer> ports, Runnable tookTooLong) {
    ReapPass.Result result = pass(plan -> plan.toRemove().stream().anyMatch(has(ports)));
    ReapReport report = result.report();
    tell(report);
    if (result.outOfTime()) {
      tookTooLong.run();
    }
    return report.plan().toRemove().stream()
        .anyMatch(has(ports).and(finding -> !report.left().contains(finding)));
  }

  private static Predicate<ReapPlan.Finding> has(Set<Integer> ports) {
    return finding -> finding.ports().stream().anyMatch(ports::contains);
  }

  private ReapPass.Result pass(Predicate<ReapPlan> carriedOut) {
    return new ReapPass(options).run(carriedOut);
  }

  private static void tell(ReapReport report) {
    PortStatistics.ofThisJvm()
        .addReaped(
            (int)
                report.removed().stream()
                    .filter(finding -> finding.kind() == Kind.CONTAINER)
                    .count());
    if (!report.removed().isEmpty()) {
      LOGGER.log(Level.INFO, "{0}", report);
    }
    report
        .plan()
        .unseen()
        .ifPresent(unseen -> LOGGER.log(Level.INFO, "Not all leftovers can be seen: {0}.", unseen));
    if (!report.left().isEmpty()) {
      LOGGER.log(
          Level.WARNING,
          "{0} of dead test runs could not be removed{1}. The next run tries again those that carry the label "
              + Labels.OWNER
              + ". First: {2}",
          ReapReport.count(report.left()),
          report.problem().map(problem -> " (" + problem + ")").orElse(""),
          report.left().get(0));
    }
  }

  /**
   * Returns the label by which the reaper recognises resources of this JVM, for networks and
   * volumes:
   *
   * <pre>{@code
   * Network.builder().createNetworkCmdModifier(cmd -> cmd.withLabels(Reaper.labels())).build();
   * }</pre>
   *
   * @return one label, {@code io.freeport.owner}, whose value identifies this JVM
   */
  public static Map<String, String> labels() {
    DockerContext context = DockerContext.ofThisJvm();
    OwnerRegistry owners = context.owners();
    owners.showLife();
    LeaseKeeper.begin(context, null);
    return Map.of(Labels.OWNER, owners.self().toString());
  }
}
