package io.freeport.docker.reaper;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Carries a plan out, several removals at a time. What is gone already, or is being removed by
 * somebody else, is what was wanted.
 */
final class Removal {

  /** What became of something that was to be removed. */
  enum Outcome {
    REMOVED(false),
    GONE(false),
    /** Somebody else is removing it. */
    IN_PROGRESS(true),
    /** A container uses it: somebody's who is not dead, or one that is still being removed. */
    IN_USE(false),
    /** It is not what was listed any more: another one has its name, or its group is in use. */
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
  private final Map<Finding, EngineResource> listed;
  private final ExecutorService workers;
  private final long deadline;
  private final ReapProgress listener;
  private final Map<Finding, Outcome> outcomes = new ConcurrentHashMap<>();

  /**
   * @param listed what each finding was when the plan was made
   * @param deadline nothing is begun after it, see {@link System#nanoTime()}
   */
  Removal(
      EngineListing engine,
      Map<Finding, EngineResource> listed,
      ExecutorService workers,
      long deadline,
      ReapProgress listener) {
    this.engine = engine;
    this.listed = listed;
    this.workers = workers;
    this.deadline = deadline;
    this.listener = listener;
  }

  /** Returns what became of each so far; may be called from any thread. */
  Map<Finding, Outcome> outcomes() {
    return Map.copyOf(outcomes);
  }

  /**
   * Networks and volumes come after the containers that may use them, and wait for no others: one
   * that hangs would keep them all up.
   *
   * @param findings containers first
   */
  void run(List<Finding> findings) {
    AtomicInteger done = new AtomicInteger();
    Runnable oneMore =
        () -> {
          synchronized (done) { // so that no listener hears 2 before 1
            listener.progressed(done.incrementAndGet(), findings.size());
          }
        };
    Map<Finding, CompletableFuture<Void>> tasks = new LinkedHashMap<>();
    for (Finding finding : findings) {
      CompletableFuture<Void> before =
          all(tasks.keySet().stream().filter(one -> mayUse(one, finding)).map(tasks::get));
      tasks.put(
          finding,
          before
              .exceptionally(failed -> null)
              .thenRunAsync(
                  () -> {
                    remove(finding);
                    oneMore.run();
                  },
                  workers));
    }
    all(tasks.values().stream()).join();
  }

  private static CompletableFuture<Void> all(Stream<CompletableFuture<Void>> tasks) {
    return CompletableFuture.allOf(tasks.toArray(CompletableFuture<?>[]::new));
  }

  /** Returns whether the first one is a container of the other one's owner, or group. */
  private boolean mayUse(Finding container, Finding used) {
    EngineResource one = listed.get(container);
    EngineResource other = listed.get(used);
    return one != null
        && other != null
        && one.kind() == Kind.CONTAINER
        && other.kind() != Kind.CONTAINER
        && Stream.concat(Stream.of(Labels.OWNER), Labels.GROUPS.stream())
            .anyMatch(
                key -> one.label(key) != null && Objects.equals(one.label(key), other.label(key)));
  }

  private void remove(Finding finding) {
    for (int attempt = 1; isTimeLeft(); attempt++) {
      // Asked before the try, so that the last one comes after the end of other removals.
      boolean mayBecomeFree = finding.kind() != Kind.CONTAINER && containersAreBeingRemoved();
      Outcome outcome = tryOnce(finding);
      outcomes.put(finding, outcome);
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

  /** Returns whether this reaper, or another one, is still at a container of the plan. */
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
    return listed.keySet().stream()
        .filter(finding -> finding.kind() == Kind.CONTAINER && finding.remove());
  }

  private Outcome tryOnce(Finding finding) {
    try {
      Outcome obstacle = obstacle(finding);
      if (obstacle != null) {
        return obstacle;
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

  /**
   * Looks again right before the removal. The id of a container or network is never used again; but
   * a volume has a name only, and another one may have it by now. What is removed for its group may
   * have got containers since. Between this and the request a moment remains: engines know no
   * condition on a removal, other than that they remove no volume and no network that is in use.
   */
  private @Nullable Outcome obstacle(Finding finding) {
    EngineResource before = listed.get(finding);
    if (finding.kind() == Kind.CONTAINER || before == null) {
      return null;
    }
    Outcome ofGroup = before.label(Labels.OWNER) == null ? obstacleOfGroups(before) : null;
    if (ofGroup != null) {
      return ofGroup;
    }
    return finding.kind() == Kind.VOLUME && !engine.volume(finding.id()).equals(before)
        ? Outcome.ANOTHERS
        : null;
  }

  private @Nullable Outcome obstacleOfGroups(EngineResource leftover) {
    List<String> containers = new ArrayList<>();
    for (String key : Labels.GROUPS) {
      String group = leftover.label(key);
      if (group != null) {
        engine.containers(key).stream()
            .filter(container -> group.equals(container.label(key)))
            .forEach(container -> containers.add(container.id()));
      }
    }
    if (containers.isEmpty()) {
      return null;
    }
    Set<String> planned = containersOfPlan().map(Finding::id).collect(Collectors.toSet());
    return planned.containsAll(containers) ? Outcome.IN_USE : Outcome.ANOTHERS;
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
