package io.freeport.docker.reaper;

import com.github.dockerjava.api.DockerClient;
import io.freeport.PortStatistics;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Kind;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Removes what dead JVMs left behind at a Docker engine, and nothing else. It runs by itself before
 * the first test of a JVM; this class is for those who want it at another time.
 *
 * <p>Containers, networks and volumes are a JVM's if they carry the label {@code
 * io.freeport.owner}. FreePort writes it on the containers that Testcontainers and {@link
 * ContainerLauncher} start; on networks and volumes it is written by whoever makes them, see {@link
 * #labels()}. Whether a JVM is dead, {@link OwnerRegistry#judge} says; whoever is not certainly
 * dead is left alone. Reusable containers and Ryuk are never removed.
 *
 * <p>A pass lists first, then decides, then removes what it decided on, so what is created
 * meanwhile is not touched. Several reapers may run at the same time.
 *
 * <p><strong>Threads.</strong> Immutable; all methods may be called from any thread.
 *
 * @since 0.1.0
 */
public final class Reaper {

  private static final Logger LOGGER = System.getLogger(Reaper.class.getName());

  private static final Duration LONGEST_TIME_LIMIT = Duration.ofDays(1);

  private final Supplier<DockerClient> connection;
  private final boolean ownsConnection;
  private final OwnerRegistry owners;
  private final @Nullable Duration ageOfUnknown;
  private final Duration timeLimit;
  private final ReapProgress listener;

  private Reaper(
      Supplier<DockerClient> connection,
      boolean ownsConnection,
      OwnerRegistry owners,
      @Nullable Duration ageOfUnknown,
      Duration timeLimit,
      ReapProgress listener) {
    this.connection = connection;
    this.ownsConnection = ownsConnection;
    this.owners = owners;
    this.ageOfUnknown = ageOfUnknown;
    this.timeLimit = timeLimit;
    this.listener = listener;
  }

  /**
   * Returns a reaper for the engine that Testcontainers finds, configured as all of this JVM.
   *
   * @return a reaper; it opens a connection for each pass, and closes it
   * @throws IllegalArgumentException if a value of the configuration is none
   */
  public static Reaper create() {
    return create(Settings.ofThisJvm());
  }

  static Reaper create(Settings settings) {
    return configured(settings, Engine::connect, true);
  }

  /**
   * Returns a reaper for any engine, configured as all of this JVM.
   *
   * @param client stays the caller's, to be closed by it
   * @return a reaper
   * @throws IllegalArgumentException if a value of the configuration is none
   */
  public static Reaper using(DockerClient client) {
    return configured(Settings.ofThisJvm(), () -> client, false);
  }

  /** Returns a reaper that closes the client after each pass. */
  public static Reaper connecting(Supplier<DockerClient> connection) {
    return configured(Settings.ofThisJvm(), connection, true);
  }

  private static Reaper configured(
      Settings settings, Supplier<DockerClient> connection, boolean ownsConnection) {
    Duration age = settings.get(SettingKeys.REAPER_AGE);
    return new Reaper(
        connection,
        ownsConnection,
        OwnerRegistry.ofThisJvm(),
        age.isZero() ? null : age,
        checkLimit(SettingKeys.REAPER_TIMEOUT.name(), settings.get(SettingKeys.REAPER_TIMEOUT)),
        (done, total) -> {});
  }

  /**
   * Returns a reaper that also removes what is of owners out of sight, on other hosts or in other
   * pid namespaces, once it is old enough. Of all that the reaper decides this alone depends on
   * clocks: the engine's and this host's both have to say that it is old.
   *
   * @param age longer than any test run takes
   * @return another reaper
   * @throws IllegalArgumentException if the age is zero or negative
   */
  public Reaper unknownOlderThan(Duration age) {
    if (age.isZero() || age.isNegative()) {
      throw new IllegalArgumentException(
          "The age must be positive, but was "
              + age
              + ". Whoever is out of sight may live; name an age that no test run reaches.");
    }
    return new Reaper(connection, ownsConnection, owners, age, timeLimit, listener);
  }

  /**
   * Returns a reaper that takes no longer than a time.
   *
   * @param limit positive, and up to a day; 10 s without this call, or what is configured
   * @return another reaper
   * @throws IllegalArgumentException if the limit is zero, negative or longer than a day
   */
  public Reaper timeLimit(Duration limit) {
    return new Reaper(
        connection,
        ownsConnection,
        owners,
        ageOfUnknown,
        checkLimit("The time limit", limit),
        listener);
  }

  /**
   * Returns a reaper that tells how far it is.
   *
   * @param progress is told after each removal, whether that succeeded or not
   * @return another reaper
   */
  public Reaper listener(ReapProgress progress) {
    return new Reaper(connection, ownsConnection, owners, ageOfUnknown, timeLimit, progress);
  }

  private static Duration checkLimit(String what, Duration limit) {
    if (limit.isZero() || limit.isNegative() || limit.compareTo(LONGEST_TIME_LIMIT) > 0) {
      throw new IllegalArgumentException(
          what
              + " must be positive and no longer than a day, but was "
              + limit
              + ". A suite waits for so long if the engine does not answer, so a few seconds will do.");
    }
    return limit;
  }

  /**
   * Finds out what would be removed.
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
   * @return what was removed. It never throws: where no engine answers within the time limit, the
   *     report says so
   */
  public ReapReport reap() {
    return attempt().report();
  }

  /** As {@link #plan()}, and never throws. */
  ReapPass.Result lookForPlan() {
    return pass(plan -> false);
  }

  /** As {@link #reap()}. */
  ReapPass.Result attempt() {
    ReapPass.Result result = pass(plan -> true);
    tell(result.report());
    return result;
  }

  /**
   * Removes what dead JVMs left behind, if some of it has one of these ports.
   *
   * @param tookTooLong is called if the engine did not answer in time
   * @return whether one of the ports may be free now
   */
  public boolean reclaim(Set<Integer> ports, Runnable tookTooLong) {
    ReapReport report = pass(plan -> plan.toRemove().stream().anyMatch(has(ports))).report();
    tell(report);
    if (report.problem().isPresent() && report.took().compareTo(timeLimit) >= 0) {
      tookTooLong.run();
    }
    return report.plan().toRemove().stream()
        .anyMatch(has(ports).and(finding -> !report.left().contains(finding)));
  }

  private static Predicate<ReapPlan.Finding> has(Set<Integer> ports) {
    return finding -> finding.ports().stream().anyMatch(ports::contains);
  }

  private ReapPass.Result pass(Predicate<ReapPlan> carriedOut) {
    return new ReapPass(connection, ownsConnection, owners, ageOfUnknown, timeLimit, listener)
        .run(carriedOut);
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
   * Returns the label by which the reaper will know that something is this JVM's. For networks and
   * volumes that are to go with it:
   *
   * <pre>{@code
   * Network.builder().createNetworkCmdModifier(cmd -> cmd.withLabels(Reaper.labels())).build();
   * }</pre>
   *
   * @return one label, {@code io.freeport.owner}, with this JVM's {@link Owner} as its value
   */
  public static Map<String, String> labels() {
    return Map.of(Labels.OWNER, OwnerRegistry.ofThisJvm().self().toString());
  }
}
