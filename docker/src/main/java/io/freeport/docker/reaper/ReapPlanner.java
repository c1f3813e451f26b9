package io.freeport.docker.reaper;

import com.github.dockerjava.api.exception.DockerException;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;
import io.freeport.docker.reaper.ReapPlan.Life;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.owner.OwnerVerdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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

  /** A project's networks and volumes are made shortly before its first container. */
  private static final Duration BEFORE_CONTAINER = Duration.ofMinutes(10);

  private final OwnerRegistry owners;
  private final @Nullable Duration ageOfUnknown;
  private final Instant now;
  private final Function<String, @Nullable Map<String, String>> labelsOfImage;

  private final Map<Owner, OwnerVerdict> verdicts = new HashMap<>();
  private final Map<String, Map<String, String>> images = new HashMap<>();

  /**
   * @param ageOfUnknown the age from which on resources of unknown owners are removed; null for
   *     never
   * @param labelsOfImage returns null for an image that is gone
   */
  ReapPlanner(
      OwnerRegistry owners,
      @Nullable Duration ageOfUnknown,
      Instant now,
      Function<String, @Nullable Map<String, String>> labelsOfImage) {
    this.owners = owners;
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
    if (!verdict.isDead() && !isOld) {
      return keep(resource, label, life, verdict.reason());
    }
    String reason =
        isOld
            ? verdict.reason() + ", and it is older than " + inSettingsForm(ageOfUnknown)
            : verdict.reason();
    return doubtAboutLabel(resource, label)
        .map(doubt -> keep(resource, label, life, doubt))
        .orElseGet(() -> remove(resource, label, life, reason));
  }

  /** The age of what an owner left can tell more only of an owner that is out of sight. */
  private OwnerVerdict verdictOn(Owner owner, @Nullable Instant created) {
    OwnerVerdict verdict = verdicts.computeIfAbsent(owner, owners::judge);
    return verdict.life() == OwnerVerdict.Life.UNKNOWN ? owners.judge(owner, created) : verdict;
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
      } catch (DockerException e) { // of one image; the others may be fine
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

  /** Returns the values of a label of the containers that are to be removed. */
  static Set<String> groupsToRemove(String key, List<JudgedResource> judged) {
    Set<String> values = new HashSet<>();
    for (JudgedResource each : judged) {
      String value = each.resource().label(key);
      if (each.isContainer() && each.isToBeRemoved() && value != null && !value.isEmpty()) {
        values.add(value);
      }
    }
    return values;
  }

  /**
   * Judges networks and volumes that belong to the same group as containers, such as a project of
   * Compose. They are removed with the containers if all of these are to be removed.
   *
   * @param containers all that have the label, also those without an owner
   * @param others networks and volumes that have the label
   * @param judged what has been judged so far
   */
  List<JudgedResource> judgeGroups(
      String key,
      Set<String> groups,
      List<EngineResource> containers,
      List<EngineResource> others,
      List<JudgedResource> judged) {
    Set<String> removed =
        judged.stream()
            .filter(JudgedResource::isToBeRemoved)
            .map(each -> each.resource().id())
            .collect(Collectors.toSet());
    List<JudgedResource> more = new ArrayList<>();
    for (EngineResource other : others) {
      String group = other.label(key);
      if (group == null
          || !groups.contains(group)
          || other.label(Labels.OWNER) != null
          || Labels.protection(other.labels()).isPresent()
          || isAmong(judged, other)) {
        continue;
      }
      List<EngineResource> members =
          containers.stream().filter(container -> group.equals(container.label(key))).toList();
      if (members.isEmpty()
          || !members.stream().allMatch(container -> removed.contains(container.id()))) {
        continue;
      }
      Finding one = findingOf(members.get(0), judged);
      Optional<String> doubt =
          isOfOneJvm(other, key) ? Optional.empty() : doubtAboutGroup(other, members, group);
      if (doubt.isPresent()) {
        more.add(keep(other, one.owner(), one.life(), doubt.get()));
      } else if (other.hasPlausibleId()) {
        more.add(
            remove(other, one.owner(), one.life(), "it belongs to " + group + ", " + one.reason()));
      }
    }
    return more;
  }

  private static Finding findingOf(EngineResource container, List<JudgedResource> judged) {
    return judged.stream()
        .filter(each -> each.resource().id().equals(container.id()))
        .findFirst()
        .orElseThrow()
        .finding();
  }

  /** It may belong to two groups, such as a project that a session of Testcontainers started. */
  private static boolean isAmong(List<JudgedResource> judged, EngineResource other) {
    return judged.stream()
        .map(JudgedResource::resource)
        .anyMatch(each -> each.kind() == other.kind() && each.id().equals(other.id()));
  }

  /**
   * Returns whether no other group can have the same name. The name of a session is random, its
   * networks hold no data, and they may be much older than the containers that are left.
   */
  private static boolean isOfOneJvm(EngineResource other, String key) {
    return other.kind() == Kind.NETWORK && key.equals(Labels.TESTCONTAINERS_SESSION);
  }

  /**
   * Returns why a volume or network may be of another project with the same name: anybody may write
   * any project's name on a container.
   *
   * <p>Some engines report the last change in a volume's top directory as its creation, so a volume
   * that seems to be younger than the containers may contain old data.
   */
  private static Optional<String> doubtAboutGroup(
      EngineResource resource, List<EngineResource> containers, String group) {
    List<Instant> times =
        containers.stream().map(EngineResource::created).filter(Objects::nonNull).sorted().toList();
    Instant created = resource.created();
    if (times.isEmpty() || created == null) {
      return Optional.of("whether it is older than the containers of " + group + " cannot be told");
    }
    if (created.isBefore(times.get(0).minus(BEFORE_CONTAINER))) {
      return Optional.of("it is older than the containers of " + group);
    }
    // Containers are listed with full seconds only.
    return created.truncatedTo(ChronoUnit.SECONDS).isAfter(times.get(times.size() - 1))
        ? Optional.of("it is younger than the containers of " + group)
        : Optional.empty();
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
