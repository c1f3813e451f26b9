package io.freeport.docker.reaper;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.ContainerConfig;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.lease.Lease;
import io.freeport.docker.reaper.ReapPlan.Life;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the leases at an engine tell about owners that cannot be judged from here. A {@link Lease}
 * ends with status 0 when the connection of its owner has ended, and only then: one that is stopped
 * or killed, or that goes down with the engine, has another status.
 */
final class Leases {

  /** So long an owner that has lost its lease may take to start another one. */
  static final Duration GRACE = Duration.ofSeconds(60);

  static final OwnerVerdict ALIVE = new OwnerVerdict(OwnerVerdict.Life.ALIVE, "its lease runs");

  private final EngineListing engine;
  private final Map<String, List<EngineResource>> byOwner;
  private final Map<String, Optional<InspectContainerResponse>> seen = new HashMap<>();
  private @Nullable Instant now;
  private @Nullable Boolean reliable;

  /**
   * @param containers those with an owner's label; leases are among them
   */
  Leases(EngineListing engine, List<EngineResource> containers) {
    this.engine = engine;
    this.byOwner =
        containers.stream()
            .filter(EngineResource::isLease)
            .filter(lease -> lease.label(Labels.OWNER) != null && lease.hasPlausibleId())
            .collect(Collectors.groupingBy(lease -> String.valueOf(lease.label(Labels.OWNER))));
  }

  /** Returns whether an owner lives, as its leases tell; nothing in doubt. */
  Optional<OwnerVerdict> verdictOn(Owner owner) {
    if (hasRunning(owner)) {
      return Optional.of(ALIVE);
    }
    List<EngineResource> leases = of(owner);
    if (leases.isEmpty() || !isReliable()) {
      return Optional.empty();
    }
    Instant latest =
        leases.stream()
            .map(EngineResource::created)
            .flatMap(created -> Optional.ofNullable(created).stream())
            .max(Comparator.naturalOrder())
            .orElse(null);
    if (latest == null) {
      return Optional.empty();
    }
    Instant end = Instant.MIN;
    for (EngineResource lease : leases) {
      if (latest.equals(lease.created())) { // more than one, if they are of the same second
        Instant ended = endOfInput(lease.id());
        if (ended == null) {
          return Optional.empty();
        }
        end = ended.isAfter(end) ? ended : end;
      }
    }
    return isLongAgo(end)
        ? Optional.of(
            new OwnerVerdict(
                OwnerVerdict.Life.DEAD, "its lease ended at " + end + ", and it has no other"))
        : Optional.empty();
  }

  /** Returns whether the owner has a lease that runs. */
  boolean hasRunning(Owner owner) {
    return of(owner).stream().anyMatch(EngineResource::isRunning);
  }

  private List<EngineResource> of(Owner owner) {
    return byOwner.getOrDefault(owner.toString(), List.of());
  }

  /** Returns when the input of a lease ended, and the lease by that; null if it is not so. */
  private @Nullable Instant endOfInput(String id) {
    InspectContainerResponse info = look(id);
    if (info == null) {
      return null;
    }
    ContainerState state = info.getState();
    ContainerConfig config = info.getConfig();
    boolean isEndOfInput =
        state != null
            && config != null
            && Lease.isOne(config)
            && "exited".equals(state.getStatus())
            && Long.valueOf(0).equals(state.getExitCodeLong())
            && !Boolean.TRUE.equals(state.getOOMKilled())
            && (state.getError() == null || state.getError().isEmpty())
            && (info.getRestartCount() == null || info.getRestartCount() == 0);
    return isEndOfInput ? EngineResource.instant(state.getFinishedAt()) : null;
  }

  /** Returns what the engine knows of a lease; null if it is gone, or nobody may look at it. */
  private @Nullable InspectContainerResponse look(String id) {
    return seen.computeIfAbsent(
            id,
            any -> {
              try {
                return Optional.of(engine.container(id));
              } catch (DockerException e) {
                return Optional.empty();
              }
            })
        .orElse(null);
  }

  /**
   * Returns whether a lease is good for nothing: it never ran, or was ended in another way, a while
   * ago, and its owner has no other. The verdict on the owner is the same without it.
   */
  boolean isUseless(EngineResource lease) {
    return lease.isLease()
        && !lease.isRunning()
        && byOwner.getOrDefault(String.valueOf(lease.label(Labels.OWNER)), List.of()).size() == 1
        && isReliable()
        && lease.created() != null
        && isLongAgo(lease.created())
        && hasEndedLongAgo(lease.id());
  }

  private boolean hasEndedLongAgo(String id) {
    InspectContainerResponse info = look(id);
    ContainerState state = info == null ? null : info.getState();
    ContainerConfig config = info == null ? null : info.getConfig();
    if (state == null || config == null || !Lease.isOne(config)) {
      return false;
    }
    if ("created".equals(state.getStatus())) {
      return true;
    }
    Instant end = EngineResource.instant(state.getFinishedAt());
    return "exited".equals(state.getStatus()) && end != null && isLongAgo(end);
  }

  private boolean isReliable() {
    if (reliable == null) {
      reliable = engine.hasReliableLeases();
    }
    return reliable;
  }

  /** By the engine's clock, as the end is. */
  private boolean isLongAgo(Instant end) {
    if (now == null) {
      now = engine.time();
    }
    return now != null && end.plus(GRACE).isBefore(now);
  }

  /**
   * Keeps the lease of an owner as long as something else of that owner stays. Without the lease,
   * no later reaper could judge it.
   */
  static List<JudgedResource> keepNeeded(List<JudgedResource> judged) {
    Set<String> staying = new HashSet<>();
    for (JudgedResource each : judged) {
      if (!each.isToBeRemoved() && !each.resource().isLease()) {
        staying.add(each.finding().owner());
      }
    }
    List<JudgedResource> result = new ArrayList<>();
    for (JudgedResource each : judged) {
      boolean isNeeded =
          each.isToBeRemoved()
              && each.finding().life() == Life.DEAD
              && each.resource().isLease()
              && staying.contains(each.finding().owner());
      result.add(isNeeded ? each.kept("it tells of its owner, of whom something stays") : each);
    }
    return result;
  }
}
