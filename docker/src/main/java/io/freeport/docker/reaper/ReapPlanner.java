package io.freeport.docker.reaper;

import com.github.dockerjava.api.exception.DockerException;
import io.freeport.docker.internal.Display;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;
import io.freeport.docker.reaper.ReapPlan.Life;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.owner.OwnerVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides what is to be removed; removes nothing. */
final class ReapPlanner {

  private final OwnerRegistry owners;
  private final Leases leases;
  private final @Nullable Duration ageOfUnknown;
  private final Instant now;
  private final Function<String, @Nullable Map<String, String>> labelsOfImage;

  private final Map<Owner, OwnerVerdict> verdicts = new HashMap<>();
  private final Map<Owner, Optional<OwnerVerdict>> byLease = new HashMap<>();
  private final Map<String, Map<String, String>> images = new HashMap<>();

  /**
   * @param ageOfUnknown the age from which on resources of unknown owners are removed; null for
   *     never
   * @param labelsOfImage returns null for an image that is gone
   */
  ReapPlanner(
      OwnerRegistry owners,
      Leases leases,
      @Nullable Duration ageOfUnknown,
      Instant now,
      Function<String, @Nullable Map<String, String>> labelsOfImage) {
    this.owners = owners;
    this.leases = leases;
    this.ageOfUnknown = ageOfUnknown;
    this.now = now;
    this.labelsOfImage = labelsOfImage;
  }

  /** Judges each resource by its label. Resources without the label are left out. */
  List<JudgedResource> judge(List<EngineResource> resources) {
    List<JudgedResource> judged = new ArrayList<>();
    for (EngineResource resource : resources) {
      String label = resource.label(Labels.OWNER);
      if (label != null) {
        judged.add(judge(resource, label));
      }
    }
    return judged;
  }

  private JudgedResource judge(EngineResource resource, String label) {
    Owner owner;
    try {
      owner = Owner.parse(label);
    } catch (IllegalArgumentException e) {
      return keep(resource, label, Life.UNKNOWN, "its label is not one that FreePort writes");
    }
    OwnerVerdict verdict = verdictOn(owner, resource.created());
    Life life = Life.valueOf(verdict.life().name());
    Optional<String> protection = Labels.protection(resource.labels());
    if (protection.isPresent()) {
      return keep(resource, label, life, protection.get());
    }
    boolean isOld =
        life == Life.UNKNOWN
            && ageOfUnknown != null
            && resource.created() != null
            && resource.age(now).compareTo(ageOfUnknown) > 0;
    boolean isUseless = life == Life.UNKNOWN && leases.isUseless(resource);
    if (!verdict.isDead() && !isOld && !isUseless) {
      return keep(resource, label, life, verdict.reason());
    }
    String reason =
        isOld
            ? verdict.reason() + ", and it is older than " + inSettingsForm(ageOfUnknown)
            : isUseless ? verdict.reason() + ", and this lease tells nothing" : verdict.reason();
    return doubtAboutLabel(resource, label)
        .map(doubt -> keep(resource, label, life, doubt))
        .orElseGet(() -> remove(resource, label, life, reason));
  }

  /**
   * The age of what an owner left, and a lease that has ended, can tell more only of an owner that
   * is out of sight. A lease that runs counts more than a process that is not there: machines that
   * were restored from one snapshot have the same boot, and the same numbers of namespaces.
   */
  private OwnerVerdict verdictOn(Owner owner, @Nullable Instant created) {
    OwnerVerdict verdict = verdicts.computeIfAbsent(owner, owners::judge);
    if (verdict.isDead()) {
      return leases.hasRunning(owner) ? Leases.ALIVE : verdict;
    }
    if (verdict.life() == OwnerVerdict.Life.ALIVE) {
      return verdict;
    }
    OwnerVerdict byAge = owners.judge(owner, created);
    return byAge.life() != OwnerVerdict.Life.UNKNOWN
        ? byAge
        : byLease.computeIfAbsent(owner, leases::verdictOn).orElse(byAge);
  }

  private static String inSettingsForm(@Nullable Duration age) {
    return Objects.toString(age).replace("PT", "").toLowerCase(Locale.ROOT);
  }

  /**
   * Returns why a label may not be the container's own. An image that was committed from a
   * container of FreePort has its labels, and passes them on to containers of other owners.
   */
  private Optional<String> doubtAboutLabel(EngineResource resource, String label) {
    if (!resource.hasPlausibleId()) {
      return Optional.of("its id is not one that an engine gives");
    }
    if (resource.kind() != Kind.CONTAINER) {
      return Optional.empty();
    }
    Map<String, String> inherited = images.get(resource.imageId());
    if (inherited == null) {
      try {
        inherited = labelsOfImage.apply(resource.imageId());
      } catch (DockerException e) { // of one image, or the engine's address lets nobody look
        // A committed image has a name of its own, and the label the former one.
        String made = resource.label(Labels.IMAGE);
        if (made != null && resource.name().equals(Display.image(made))) {
          return Optional.empty();
        }
        return Optional.of(
            "its image cannot be looked at ("
                + e.getMessage()
                + "), so its label may be the image's");
      }
      if (inherited == null) {
        return Optional.of("its image is gone, so that its label may be the image's");
      }
      images.put(resource.imageId(), inherited);
    }
    return label.equals(inherited.get(Labels.OWNER))
        ? Optional.of("its label is its image's")
        : Optional.empty();
  }

  /**
   * Returns the sessions of Testcontainers that have ended, with a word on whose they were.
   *
   * @param onRecord those whose JVM is known, and dead
   * @param containers all containers with a session
   * @param judged what has been judged so far
   */
  static Map<String, Owned> endedSessions(
      Map<String, Owner> onRecord, List<EngineResource> containers, List<JudgedResource> judged) {
    Map<String, Owned> ended = new HashMap<>();
    onRecord.forEach(
        (session, owner) ->
            ended.put(session, new Owned(owner.toString(), Life.DEAD, "its JVM has ended")));
    for (JudgedResource each : judged) {
      String session = each.resource().label(Labels.TESTCONTAINERS_SESSION);
      if (each.isContainer() && each.isToBeRemoved() && session != null && !session.isEmpty()) {
        Finding finding = each.finding();
        ended.put(session, new Owned(finding.owner(), finding.life(), finding.reason()));
      }
    }
    Set<String> removed =
        judged.stream()
            .filter(JudgedResource::isToBeRemoved)
            .map(each -> each.resource().id())
            .collect(Collectors.toSet());
    containers.stream()
        .filter(container -> !removed.contains(container.id()))
        .forEach(container -> ended.remove(container.label(Labels.TESTCONTAINERS_SESSION)));
    return ended;
  }

  /** Whose something is. */
  record Owned(String owner, Life life, String reason) {}

  /**
   * Judges networks and volumes of sessions. The name of a session is random, so no other JVM can
   * have made them.
   *
   * @param others networks and volumes that have a session, and no owner's label
   */
  List<JudgedResource> judgeSessions(Map<String, Owned> ended, List<EngineResource> others) {
    List<JudgedResource> judged = new ArrayList<>();
    for (EngineResource other : others) {
      String session = other.label(Labels.TESTCONTAINERS_SESSION);
      Owned owned = session == null ? null : ended.get(session);
      if (owned != null
          && other.label(Labels.OWNER) == null
          && Labels.protection(other.labels()).isEmpty()
          && other.hasPlausibleId()) {
        String reason = "it belongs to the session " + session + ", " + owned.reason();
        judged.add(remove(other, owned.owner(), owned.life(), reason));
      }
    }
    return judged;
  }

  private JudgedResource keep(EngineResource resource, String owner, Life life, String reason) {
    return judged(resource, owner, life, reason, false);
  }

  private JudgedResource remove(EngineResource resource, String owner, Life life, String reason) {
    return judged(resource, owner, life, reason, true);
  }

  private JudgedResource judged(
      EngineResource resource, String owner, Life life, String reason, boolean remove) {
    return new JudgedResource(
        resource,
        new Finding(
            resource.kind(),
            resource.id(),
            resource.name(),
            owner,
            resource.age(now),
            resource.ports(),
            life,
            remove,
            reason));
  }
}
