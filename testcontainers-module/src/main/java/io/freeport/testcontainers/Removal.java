package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.freeport.testcontainers.ReapPlan.Finding;
import io.freeport.testcontainers.ReapPlan.Kind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
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
  private final Map<Finding, Leftover> listed;
  private final ExecutorService workers;
  private final long deadline;
  private final ReapListener listener;
  private final Map<Finding, Outcome> outcomes = new ConcurrentHashMap<>();

  /**
   * @param listed what each finding was when the plan was made
   * @param deadline nothing is begun after it, see {@link System#nanoTime()}
   */
  Removal(
      EngineListing engine,
      Map<Finding, Leftover> listed,
      ExecutorService workers,
      long deadline,
      ReapListener listener) {
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

  /** Networks and volumes come after the containers that use them. */
  void run(List<Finding> findings) throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    Runnable oneMore =
        () -> {
          synchronized (done) { // so that no listener hears 2 before 1
            listener.progressed(done.incrementAndGet(), findings.size());
          }
        };
    removeAll(
        findings.stream().filter(finding -> finding.kind() == Kind.CONTAINER).toList(), oneMore);
    removeAll(
        findings.stream().filter(finding -> finding.kind() != Kind.CONTAINER).toList(), oneMore);
  }

  private void removeAll(List<Finding> findings, Runnable oneMore) throws InterruptedException {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (Finding finding : findings) {
      tasks.add(
          () -> {
            remove(finding);
            oneMore.run();
            return null;
          });
    }
    workers.invokeAll(tasks);
  }

  private void remove(Finding finding) throws InterruptedException {
    for (int attempt = 1; isTimeLeft(); attempt++) {
      // Asked before the try, so that the last one comes after the end of what others remove.
      boolean mayBecomeFree = finding.kind() != Kind.CONTAINER && othersRemoveContainers();
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
      TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MILLIS << Math.min(attempt, ATTEMPTS));
    }
  }

  /** Returns whether another reaper is still at a container of the plan. */
  private boolean othersRemoveContainers() {
    boolean any = false;
    for (Finding other : List.copyOf(outcomes.keySet())) {
      if (other.kind() == Kind.CONTAINER && outcomes.get(other) == Outcome.IN_PROGRESS) {
        if (engine.hasContainer(other.id())) {
          any = true;
        } else {
          outcomes.put(other, Outcome.GONE);
        }
      }
    }
    return any;
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
    Leftover before = listed.get(finding);
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

  private @Nullable Outcome obstacleOfGroups(Leftover leftover) {
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
    Set<String> planned =
        listed.keySet().stream()
            .filter(finding -> finding.kind() == Kind.CONTAINER && finding.remove())
            .map(Finding::id)
            .collect(Collectors.toSet());
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
