package io.freeport.docker.reaper;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.Removal.Outcome;
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
import org.jspecify.annotations.Nullable;

/**
 * One pass of the reaper. It runs in daemon threads, so an engine that accepts connections and
 * never answers neither blocks the caller nor keeps the JVM alive. The threads are not interrupted:
 * Testcontainers' search for an engine, which may run in one of them, would end for good.
 */
final class ReapPass {

  /**
   * The outcome.
   *
   * @param connected whether there was an engine to ask
   * @param broken whether the trouble is in this JVM, such as a missing part of docker-java
   */
  record Result(ReapReport report, boolean connected, boolean broken) {}

  private static final Logger LOGGER = System.getLogger(ReapPass.class.getName());

  /** The largest number of removals at a time. */
  private static final int PARALLEL = 32;

  private final ReapOptions options;
  private final long start = System.nanoTime();

  private volatile @Nullable DockerClient client;
  private volatile boolean expired;

  private volatile ReapPlan plan = new ReapPlan(List.of());
  private volatile @Nullable Removal removal;
  private volatile @Nullable Throwable failure;

  ReapPass(ReapOptions options) {
    this.options = options;
  }

  /**
   * Plans, and carries the plan out if the predicate says so. Returns within the time limit, and
   * never throws. Requests that are under way by then may end later.
   */
  Result run(Predicate<ReapPlan> carriedOut) {
    Optional<String> noEnd = Optional.empty();
    try {
      Thread thread = startDaemon(() -> pass(carriedOut), "freeport-reaper");
      noEnd = join(thread);
      expired = noEnd.isPresent();
      if (expired && options.closesClient() && client != null) {
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

  /** Waits for the end of the pass; if it does not come, returns why the wait is over. */
  private Optional<String> join(Thread thread) {
    String reason =
        "the Docker engine did not come to an end within " + options.timeLimit().toMillis() + " ms";
    try {
      thread.join(Math.max(1, options.timeLimit().toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reason = "the Docker engine was not waited for, since this thread was interrupted";
    }
    return thread.isAlive() ? Optional.of(reason) : Optional.empty();
  }

  private void close() {
    DockerClient opened = client;
    try {
      if (options.closesClient() && opened != null) {
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
      DockerClient connected = options.connection().get();
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
    List<JudgedResource> judged = judge(engine, planner, workers);
    ReapPlan made = new ReapPlan(judged.stream().map(JudgedResource::finding).toList());
    LOGGER.log(Level.DEBUG, "{0}", made);
    if (!carriedOut.test(made)) {
      plan = made;
      return;
    }
    Removal begun =
        new Removal(
            engine, judged, workers, start + options.timeLimit().toNanos(), options.progress());
    // Before the plan: a report in between would take a plan without a removal for a dry run.
    removal = begun;
    plan = made;
    begun.run();
  }

  private ReapPlanner planner(EngineListing engine) {
    Instant here = Instant.now();
    Instant there = options.ageOfUnknown() == null ? null : engine.time();
    return there == null
        ? new ReapPlanner(options.owners(), null, here, engine::labelsOfImage)
        // A clock that is ahead makes everything look old.
        : new ReapPlanner(
            options.owners(),
            options.ageOfUnknown(),
            there.isBefore(here) ? there : here,
            engine::labelsOfImage);
  }

  private static List<JudgedResource> judge(
      EngineListing engine, ReapPlanner planner, ExecutorService workers) {
    // At the same time, since each suite waits for these lists.
    Future<List<EngineResource>> networks = workers.submit(() -> engine.networks(Labels.OWNER));
    Future<List<EngineResource>> volumes = workers.submit(() -> engine.volumes(Labels.OWNER));
    List<EngineResource> containers = engine.containers(Labels.OWNER);
    List<JudgedResource> judged = new ArrayList<>(planner.judge(containers));
    for (String key : Labels.GROUPS) {
      Set<String> groups = ReapPlanner.groupsToRemove(key, judged);
      if (!groups.isEmpty()) {
        List<EngineResource> others = new ArrayList<>(engine.networks(key));
        others.addAll(engine.volumes(key));
        judged.addAll(planner.judgeGroups(key, groups, engine.containers(key), others, judged));
      }
    }
    judged.addAll(planner.judge(resultOf(networks)));
    judged.addAll(planner.judge(resultOf(volumes)));
    return judged;
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

  private ReapReport report(Optional<String> noEnd) {
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

  private Optional<String> problem(Optional<String> noEnd) {
    Throwable thrown = failure;
    if (thrown == null || noEnd.isPresent()) { // after the end of the wait the client is closed
      return noEnd;
    }
    String message = thrown.getMessage();
    return Optional.of(message == null || thrown instanceof Error ? thrown.toString() : message);
  }
}
