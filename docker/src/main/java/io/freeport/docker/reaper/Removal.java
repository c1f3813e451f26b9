package io.freeport.docker.reaper;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Carries a plan out, several removals at a time. A resource that is gone already, or that another
 * process is removing, counts as done.
 */
final class Removal {

  /** The outcome of one removal. */
  enum Outcome {
    REMOVED(false),
    GONE(false),
    /** Another process is removing it. */
    IN_PROGRESS(true),
    /** A container uses it: one whose owner lives, or one that is still being removed. */
    IN_USE(false),
    /** It is no longer what was listed: another one has its name, or its session is in use. */
    ANOTHERS(false),
    FAILED(true);

    private final boolean isWorthAnotherTry;

    Outcome(boolean isWorthAnotherTry) {
      this.isWorthAnotherTry = isWorthAnotherTry;
    }

    /** Returns whether there is nothing left to be done. */
    boolean isDone() {
      return this != IN_USE && this != FAILED;
    }
  }

  private static final Logger LOGGER = System.getLogger(Removal.class.getName());

  private static final int ATTEMPTS = 3;
  private static final long FIRST_PAUSE_MILLIS = 100;

  private final EngineListing engine;
  private final List<JudgedResource> judged;
  private final ExecutorService workers;
  private final long deadline;
  private final ReapProgress progress;
  private final Map<Finding, Outcome> outcomes = new ConcurrentHashMap<>();

  /**
   * @param judged containers first
   * @param deadline nothing is begun after it, see {@link System#nanoTime()}
   */
  Removal(
      EngineListing engine,
      List<JudgedResource> judged,
      ExecutorService workers,
      long deadline,
      ReapProgress progress) {
    this.engine = engine;
    this.judged = judged;
    this.workers = workers;
    this.deadline = deadline;
    this.progress = progress;
  }

  /** Returns the outcomes so far; may be called from any thread. */
  Map<Finding, Outcome> outcomes() {
    return Map.copyOf(outcomes);
  }

  /**
   * Removes what is to be removed. Networks and volumes come after the containers that may use
   * them, but do not wait for other containers: one that hangs would delay them all.
   */
  void run() {
    List<JudgedResource> plan =
        judged.stream()
            .filter(JudgedResource::isToBeRemoved)
            .sorted(Comparator.comparing(each -> each.resource().isLease())) // these last
            .toList();
    AtomicInteger done = new AtomicInteger();
    Runnable oneMore =
        () -> {
          synchronized (done) { // so that nobody is told 2 before 1
            progress.progressed(done.incrementAndGet(), plan.size());
          }
        };
    Map<JudgedResource, CompletableFuture<Void>> tasks = new LinkedHashMap<>();
    for (JudgedResource each : plan) {
      CompletableFuture<Void> before =
          all(tasks.keySet().stream().filter(one -> goesBefore(one, each)).map(tasks::get));
      tasks.put(
          each,
          before
              .exceptionally(failed -> null)
              .thenRunAsync(
                  () -> {
                    remove(each);
                    oneMore.run();
                  },
                  workers));
    }
    all(tasks.values().stream()).join();
  }

  private static CompletableFuture<Void> all(Stream<CompletableFuture<Void>> tasks) {
    return CompletableFuture.allOf(tasks.toArray(CompletableFuture<?>[]::new));
  }

  private static boolean goesBefore(JudgedResource one, JudgedResource other) {
    return mayUse(one, other) || isOfOwner(one, other);
  }

  /** Returns whether the second one is the lease of the first one's owner. */
  private static boolean isOfOwner(JudgedResource one, JudgedResource lease) {
    return lease.resource().isLease()
        && !one.resource().isLease()
        && one.finding().owner().equals(lease.finding().owner());
  }

  /** Returns whether the first one is a container of the same owner, or group. */
  private static boolean mayUse(JudgedResource container, JudgedResource used) {
    return container.isContainer()
        && !used.isContainer()
        && Stream.of(Labels.OWNER, Labels.TESTCONTAINERS_SESSION)
            .anyMatch(
                key -> {
                  String value = container.resource().label(key);
                  return value != null && value.equals(used.resource().label(key));
                });
  }

  private void remove(JudgedResource judgedResource) {
    for (int attempt = 1; isTimeLeft(); attempt++) {
      // Asked before the attempt, so the last one comes after the end of other removals.
      boolean mayBecomeFree = !judgedResource.isContainer() && containersAreBeingRemoved();
      Outcome outcome = tryOnce(judgedResource);
      outcomes.put(judgedResource.finding(), outcome);
      boolean again =
          outcome == Outcome.IN_USE
              ? mayBecomeFree
              : outcome.isWorthAnotherTry && attempt < ATTEMPTS;
      if (!again) {
        return;
      }
      // An engine may be busy with it.
      LockSupport.parkNanos(
          TimeUnit.MILLISECONDS.toNanos(FIRST_PAUSE_MILLIS << Math.min(attempt, ATTEMPTS)));
    }
  }

  /** Returns whether this reaper, or another one, is still removing a container of the plan. */
  private boolean containersAreBeingRemoved() {
    return containersOfPlan().anyMatch(this::isBeingRemoved);
  }

  private boolean isBeingRemoved(Finding container) {
    Outcome outcome = outcomes.get(container);
    if (outcome != Outcome.IN_PROGRESS) {
      return outcome == null;
    }
    try {
      if (engine.hasContainer(container.id())) {
        return true;
      }
    } catch (RuntimeException e) {
      LOGGER.log(Level.DEBUG, "Cannot tell whether it is still there: " + container, e);
      return true;
    }
    outcomes.put(container, Outcome.GONE);
    return false;
  }

  private Stream<Finding> containersOfPlan() {
    return judged.stream()
        .filter(each -> each.isContainer() && each.isToBeRemoved())
        .map(JudgedResource::finding);
  }

  private Outcome tryOnce(JudgedResource judgedResource) {
    Finding finding = judgedResource.finding();
    try {
      if (isNeeded(judgedResource)) {
        return Outcome.IN_USE;
      }
      Optional<Outcome> obstacle = obstacle(judgedResource.resource());
      if (obstacle.isPresent()) {
        return obstacle.get();
      }
      request(finding);
      return Outcome.REMOVED;
    } catch (NotFoundException e) {
      return Outcome.GONE;
    } catch (RuntimeException e) {
      LOGGER.log(Level.DEBUG, "Cannot " + finding, e);
      return outcomeOf(e, finding.kind());
    }
  }

  /** Returns whether it is a lease whose owner has left something that could not be removed. */
  private boolean isNeeded(JudgedResource judgedResource) {
    return judgedResource.resource().isLease()
        && judged.stream()
            .filter(other -> other.isToBeRemoved() && isOfOwner(other, judgedResource))
            .map(other -> outcomes.get(other.finding()))
            .anyMatch(outcome -> outcome == null || !outcome.isDone());
  }

  /**
   * Looks again right before the removal. The id of a container or network is never used again, but
   * a volume has only a name, which another volume may have by now. A session may have got
   * containers since the listing. Between this look and the request a moment remains: engines know
   * no condition on a removal, other than that they remove no volume and no network that is in use.
   */
  private Optional<Outcome> obstacle(EngineResource listed) {
    if (listed.kind() == Kind.CONTAINER) {
      return Optional.empty();
    }
    Optional<Outcome> ofSession =
        listed.label(Labels.OWNER) == null ? obstacleOfSession(listed) : Optional.empty();
    if (ofSession.isPresent()) {
      return ofSession;
    }
    return listed.kind() == Kind.VOLUME && !engine.volume(listed.id()).equals(listed)
        ? Optional.of(Outcome.ANOTHERS)
        : Optional.empty();
  }

  private Optional<Outcome> obstacleOfSession(EngineResource listed) {
    String session = listed.label(Labels.TESTCONTAINERS_SESSION);
    List<String> containers =
        engine.containers(Labels.TESTCONTAINERS_SESSION).stream()
            .filter(
                container ->
                    Objects.equals(session, container.label(Labels.TESTCONTAINERS_SESSION)))
            .map(EngineResource::id)
            .toList();
    if (containers.isEmpty()) {
      return Optional.empty();
    }
    Set<String> planned = containersOfPlan().map(Finding::id).collect(Collectors.toSet());
    return Optional.of(planned.containsAll(containers) ? Outcome.IN_USE : Outcome.ANOTHERS);
  }

  private void request(Finding finding) {
    DockerClient client = engine.client();
    switch (finding.kind()) {
      case CONTAINER ->
          client.removeContainerCmd(finding.id()).withForce(true).withRemoveVolumes(true).exec();
      case NETWORK -> client.removeNetworkCmd(finding.id()).exec();
      case VOLUME -> client.removeVolumeCmd(finding.id()).exec();
    }
  }

  private static Outcome outcomeOf(RuntimeException e, Kind kind) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("already in progress")) {
      return Outcome.IN_PROGRESS;
    }
    boolean inUse =
        switch (kind) {
          case CONTAINER -> false;
          case NETWORK -> message.contains("active endpoints");
          case VOLUME -> e instanceof ConflictException;
        };
    return inUse ? Outcome.IN_USE : Outcome.FAILED;
  }

  private boolean isTimeLeft() {
    return System.nanoTime() - deadline < 0;
  }
}
