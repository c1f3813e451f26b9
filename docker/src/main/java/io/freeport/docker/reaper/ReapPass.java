package io.freeport.docker.reaper;

import static java.util.stream.Collectors.joining;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.Sessions;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;
import io.freeport.docker.reaper.Removal.Outcome;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.text.PrintableText;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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
   * @param outOfTime whether the time limit ended the pass
   */
  record Result(ReapReport report, boolean connected, boolean broken, boolean outOfTime) {}

  /** Why a pass ended. */
  private enum Reason {
    ITS_OWN,
    FAILURE,
    TIME_LIMIT,
    INTERRUPTION
  }

  /**
   * The end of a pass.
   *
   * @param failure null unless it is the reason
   */
  private record End(Reason reason, @Nullable Throwable failure) {
    End(Reason reason) {
      this(reason, null);
    }
  }

  private static final Logger LOGGER = System.getLogger(ReapPass.class.getName());

  /** The largest number of removals at a time. */
  private static final int PARALLEL = 32;

  private final ReapOptions options;
  private final long start = System.nanoTime();

  /**
   * Set once, so the first reason stays: what the pass throws after its time is up comes from the
   * closing of its client. Not a {@link CompletableFuture}: a thread of a fork-join pool that waits
   * for one gets another beside it.
   */
  private final AtomicReference<@Nullable End> end = new AtomicReference<>();

  private final CountDownLatch ended = new CountDownLatch(1);

  /** Empty until an engine is found. */
  private volatile String engine = "";

  private volatile @Nullable DockerClient client;

  /** What could not be listed, and why. */
  private final Map<Kind, String> unseen = new ConcurrentHashMap<>();

  private volatile ReapPlan plan = new ReapPlan(List.of(), Optional.empty());
  private volatile @Nullable Removal removal;

  ReapPass(ReapOptions options) {
    this.options = options;
  }

  /**
   * Plans, and carries the plan out if the predicate says so. Returns within the time limit, and
   * never throws. Requests that are under way by then may end later.
   */
  Result run(Predicate<ReapPlan> carriedOut) {
    End how;
    try {
      startDaemon(() -> pass(carriedOut), "freeport-reaper");
      how = await();
    } catch (Throwable e) { // where no more threads can be had, tests may still run
      how = endBy(new End(Reason.FAILURE, e));
    }
    return new Result(
        report(how),
        client != null,
        how.failure() instanceof Error,
        how.reason() == Reason.TIME_LIMIT);
  }

  private static void startDaemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits for the end of the pass, and ends it if that does not come. */
  private End await() {
    try {
      if (ended.await(limitInMillis(), TimeUnit.MILLISECONDS)) {
        return Objects.requireNonNull(end.get());
      }
      return giveUp(Reason.TIME_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return giveUp(Reason.INTERRUPTION);
    }
  }

  private long limitInMillis() {
    return Math.max(1, options.timeLimit().toMillis());
  }

  private End giveUp(Reason mine) {
    End first = endBy(new End(mine));
    if (first.reason() == mine && options.closesClient() && client != null) {
      startDaemon(this::close, "freeport-reaper-close"); // which may hang, too
    }
    return first;
  }

  /** Ends the pass, unless it has ended. Returns why it ended. */
  private End endBy(End mine) {
    End first = end.compareAndExchange(null, mine);
    ended.countDown();
    return first == null ? mine : first;
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
    try {
      if (!options.looksFirst() || !isNothingThere()) {
        ask(carriedOut);
      }
      endBy(new End(Reason.ITS_OWN));
    } catch (Throwable e) { // docker-java comes in parts, and one may be missing
      endBy(new End(Reason.FAILURE, e));
    } finally {
      close(); // after the end, since it may hang
    }
  }

  private void ask(Predicate<ReapPlan> carriedOut) {
    ExecutorService workers =
        Executors.newFixedThreadPool(
            PARALLEL,
            task -> {
              Thread thread = new Thread(task, "freeport-reaper-worker");
              thread.setDaemon(true);
              return thread;
            });
    try {
      engine = options.engine().get();
      DockerClient connected = options.connection().get();
      client = connected;
      if (end.get() == null) {
        planAndCarryOut(new EngineListing(connected), workers, carriedOut);
      }
    } finally {
      workers.shutdown();
    }
  }

  /** Returns false also if only a client can tell. */
  private boolean isNothingThere() {
    String address = Engine.addressWithoutClient();
    if (address == null) {
      return false;
    }
    if (address.isEmpty()) {
      return true;
    }
    try {
      return QuickLook.findsNothing(Path.of(URI.create(address).getPath()))
          && new Sessions(options.owners()).ended().isEmpty();
    } catch (IOException | IllegalArgumentException trouble) {
      LOGGER.log(Level.DEBUG, "A client has to find out", trouble);
      return false;
    }
  }

  private void planAndCarryOut(
      EngineListing engine, ExecutorService workers, Predicate<ReapPlan> carriedOut) {
    List<JudgedResource> judged = judge(engine, workers);
    ReapPlan made = new ReapPlan(judged.stream().map(JudgedResource::finding).toList(), unseen());
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

  private ReapPlanner planner(EngineListing engine, List<EngineResource> containers) {
    Leases leases = new Leases(engine, containers);
    Instant here = Instant.now();
    Instant there = options.ageOfUnknown() == null ? null : engine.time();
    return there == null
        ? new ReapPlanner(options.owners(), leases, null, here, engine::labelsOfImage)
        // A clock that is ahead makes everything look old.
        : new ReapPlanner(
            options.owners(),
            leases,
            options.ageOfUnknown(),
            there.isBefore(here) ? there : here,
            engine::labelsOfImage);
  }

  private List<JudgedResource> judge(EngineListing engine, ExecutorService workers) {
    // At the same time, since tests may wait for these lists.
    Future<List<EngineResource>> networks = workers.submit(() -> engine.networks(Labels.OWNER));
    Future<List<EngineResource>> volumes = workers.submit(() -> engine.volumes(Labels.OWNER));
    List<EngineResource> containers = engine.containers(Labels.OWNER);
    ReapPlanner planner = planner(engine, containers);
    List<JudgedResource> judged = new ArrayList<>(planner.judge(containers));
    judged.addAll(planner.judge(seen(Kind.NETWORK, () -> resultOf(networks))));
    judged.addAll(planner.judge(seen(Kind.VOLUME, () -> resultOf(volumes))));
    judged.addAll(judgeSessions(engine, planner, judged));
    return judged.stream().anyMatch(JudgedResource::isToBeRemoved)
        ? Leases.keepNeeded(new References(engine.containers()).keepUsed(judged))
        : judged;
  }

  private List<JudgedResource> judgeSessions(
      EngineListing engine, ReapPlanner planner, List<JudgedResource> judged) {
    Sessions sessions = new Sessions(options.owners());
    Map<String, Owner> onRecord = sessions.ended();
    boolean areAmongJudged =
        judged.stream()
            .anyMatch(
                each ->
                    each.isContainer()
                        && each.isToBeRemoved()
                        && each.resource().label(Labels.TESTCONTAINERS_SESSION) != null);
    if (onRecord.isEmpty() && !areAmongJudged) {
      return List.of();
    }
    String key = Labels.TESTCONTAINERS_SESSION;
    List<EngineResource> others = new ArrayList<>(seen(Kind.NETWORK, () -> engine.networks(key)));
    others.addAll(seen(Kind.VOLUME, () -> engine.volumes(key)));
    if (unseen.isEmpty()) {
      Set<String> inUse =
          others.stream()
              .map(other -> String.valueOf(other.label(key)))
              .collect(Collectors.toSet());
      onRecord.keySet().stream().filter(each -> !inUse.contains(each)).forEach(sessions::forget);
    }
    return planner.judgeSessions(
        ReapPlanner.endedSessions(onRecord, engine.containers(key), judged), others);
  }

  /** Some addresses of an engine let containers be listed, and nothing else. */
  private List<EngineResource> seen(Kind kind, Supplier<List<EngineResource>> list) {
    try {
      return list.get();
    } catch (RuntimeException e) {
      unseen.putIfAbsent(kind, inWords(e));
      return List.of();
    }
  }

  private static <T> T resultOf(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody knows of this thread", e);
    }
  }

  private ReapReport report(End how) {
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
        planned, removed, spared, left, problem(how), Duration.ofNanos(System.nanoTime() - start));
  }

  private Optional<String> unseen() {
    Map<Kind, String> kinds = new TreeMap<>(unseen);
    return kinds.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the Docker engine "
                + engine
                + " does not let "
                + kinds.keySet().stream().map(kind -> kind + "s").collect(joining(" and "))
                + " be listed, so these stay ("
                + kinds.values().iterator().next()
                + ")");
  }

  private Optional<String> problem(End how) {
    return switch (how.reason()) {
      case ITS_OWN -> Optional.empty();
      case FAILURE -> Optional.of(inWords(Objects.requireNonNull(how.failure())));
      case TIME_LIMIT ->
          Optional.of(
              (engine.isEmpty()
                      ? "no Docker engine was found within "
                      : "the Docker engine " + engine + " did not answer everything within ")
                  + limitInMillis()
                  + " ms");
      case INTERRUPTION ->
          Optional.of("the Docker engine was not waited for, since this thread was interrupted");
    };
  }

  private static String inWords(Throwable failure) {
    String message = failure.getMessage();
    return PrintableText.line(
        message == null || failure instanceof Error ? failure.toString() : message);
  }
}
