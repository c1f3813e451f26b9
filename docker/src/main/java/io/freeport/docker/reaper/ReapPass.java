package io.freeport.docker.reaper;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.Removal.Outcome;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One pass of the reaper, in daemon threads: an engine that accepts and never answers keeps neither
 * the caller waiting nor the JVM alive. No thread is interrupted, since the one that Testcontainers
 * looks for an engine in would take that for the end of all looking.
 */
final class ReapPass {

  /**
   * What came out.
   *
   * @param connected whether there was an engine to ask
   * @param broken whether it is this JVM that is in trouble, such as without a part of docker-java
   */
  record Result(ReapReport report, boolean connected, boolean broken) {}

  private static final Logger LOGGER = System.getLogger(ReapPass.class.getName());

  /** As many as `docker rm` has at a time, at most. */
  private static final int PARALLEL = 32;

  private final Supplier<DockerClient> connection;
  private final boolean closes;
  private final OwnerRegistry owners;
  private final @Nullable Duration ageOfUnknown;
  private final Duration limit;
  private final ReapProgress listener;
  private final long start = System.nanoTime();

  private volatile @Nullable DockerClient client;
  private volatile boolean expired;

  private volatile ReapPlan plan = new ReapPlan(List.of());
  private volatile @Nullable Removal removal;
  private volatile @Nullable Throwable failure;

  /**
   * @param closes whether the client is closed in the end
   */
  ReapPass(
      Supplier<DockerClient> connection,
      boolean closes,
      OwnerRegistry owners,
      @Nullable Duration ageOfUnknown,
      Duration limit,
      ReapProgress listener) {
    this.connection = connection;
    this.closes = closes;
    this.owners = owners;
    this.ageOfUnknown = ageOfUnknown;
    this.limit = limit;
    this.listener = listener;
  }

  /**
   * Plans, and if the plan is one to be carried out, does that. Returns within the limit, and never
   * throws; what the engine has been asked for by then may come to its end later.
   */
  Result run(Predicate<ReapPlan> carriedOut) {
    String noEnd = null;
    try {
      Thread thread = startDaemon(() -> pass(carriedOut), "freeport-reaper");
      noEnd = join(thread);
      expired = noEnd != null;
      if (expired && closes && client != null) {
        startDaemon(this::close, "freeport-reaper-close"); // which may hang, too
      }
    } catch (Throwable e) { // where no more threads can be had, tests may still run
      failure = e;
    }
    return new Result(report(noEnd), client != null, failure instanceof Error);
  }

  private static Thread startDaemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Returns why its end is not waited for any more; null if it has come to it. */
  private @Nullable String join(Thread thread) {
    String reason = "the Docker engine did not come to an end within " + limit.toMillis() + " ms";
    try {
      thread.join(Math.max(1, limit.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reason = "the Docker engine was not waited for, since this thread was interrupted";
    }
    return thread.isAlive() ? reason : null;
  }

  private void close() {
    DockerClient opened = client;
    try {
      if (closes && opened != null) {
        opened.close();
      }
    } catch (IOException | RuntimeException e) {
      LOGGER.log(Level.DEBUG, "Cannot close the connection to the engine", e);
    }
  }

  private void pass(Predicate<ReapPlan> carriedOut) {
    ExecutorService workers =
        Executors.newFixedThreadPool(
            PARALLEL,
            task -> {
              Thread thread = new Thread(task, "freeport-reaper-worker");
              thread.setDaemon(true);
              return thread;
            });
    try {
      DockerClient connected = connection.get();
      client = connected;
      if (!expired) {
        planAndCarryOut(new EngineListing(connected), workers, carriedOut);
      }
    } catch (Throwable e) { // docker-java comes in parts, and one may be missing
      failure = e;
    } finally {
      close();
      workers.shutdown();
    }
  }

  private void planAndCarryOut(
      EngineListing engine, ExecutorService workers, Predicate<ReapPlan> carriedOut) {
    ReapPlanner planner = planner(engine);
    ReapPlan made = plan(engine, planner, workers);
    LOGGER.log(Level.DEBUG, "{0}", made);
    if (!carriedOut.test(made)) {
      plan = made;
      return;
    }
    Removal begun =
        new Removal(engine, planner.listed(), workers, start + limit.toNanos(), listener);
    // Before the plan: whoever reports when the time is up takes a plan without it for a mere look.
    removal = begun;
    plan = made;
    begun.run(made.toRemove());
  }

  private ReapPlanner planner(EngineListing engine) {
    Instant ours = Instant.now();
    Instant theirs = ageOfUnknown == null ? null : engine.time();
    return theirs == null
        ? new ReapPlanner(owners, null, ours, engine::labelsOfImage)
        // A clock that is ahead makes everything look old.
        : new ReapPlanner(
            owners, ageOfUnknown, theirs.isBefore(ours) ? theirs : ours, engine::labelsOfImage);
  }

  private static ReapPlan plan(EngineListing engine, ReapPlanner planner, ExecutorService workers) {
    // Three lists for the time of one: this is what each suite waits for.
    Future<List<EngineResource>> networks = workers.submit(() -> engine.networks(Labels.OWNER));
    Future<List<EngineResource>> volumes = workers.submit(() -> engine.volumes(Labels.OWNER));
    List<EngineResource> containers = engine.containers(Labels.OWNER);
    List<Finding> findings = new ArrayList<>(planner.judge(containers));
    for (String key : Labels.GROUPS) {
      Set<String> groups = ReapPlanner.groups(key, containers, findings);
      if (!groups.isEmpty()) {
        List<EngineResource> others = new ArrayList<>(engine.networks(key));
        others.addAll(engine.volumes(key));
        findings.addAll(planner.judgeGroups(key, groups, engine.containers(key), others, findings));
      }
    }
    findings.addAll(planner.judge(resultOf(networks)));
    findings.addAll(planner.judge(resultOf(volumes)));
    return new ReapPlan(findings);
  }

  private static <T> T resultOf(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody knows of this thread", e);
    }
  }

  private ReapReport report(@Nullable String noEnd) {
    ReapPlan planned = plan;
    Removal begun = removal;
    Map<Finding, Outcome> outcomes = begun == null ? Map.of() : begun.outcomes();
    List<Finding> removed = new ArrayList<>();
    List<Finding> spared = new ArrayList<>();
    List<Finding> left = new ArrayList<>();
    for (Finding finding : planned.toRemove()) {
      Outcome outcome = outcomes.get(finding);
      if (outcome == Outcome.REMOVED) {
        removed.add(finding);
      } else if (outcome == Outcome.ANOTHERS) {
        spared.add(finding);
      } else if (begun != null && (outcome == null || !outcome.isDone())) {
        left.add(finding);
      }
    }
    return new ReapReport(
        planned,
        removed,
        spared,
        left,
        problem(noEnd),
        Duration.ofNanos(System.nanoTime() - start));
  }

  private Optional<String> problem(@Nullable String noEnd) {
    Throwable thrown = failure;
    if (thrown != null) {
      String message = thrown.getMessage();
      return Optional.of(message == null || thrown instanceof Error ? thrown.toString() : message);
    }
    return Optional.ofNullable(noEnd);
  }
}
