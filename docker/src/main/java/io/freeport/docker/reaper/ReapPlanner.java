package io.freeport.docker.reaper;

import com.github.dockerjava.api.exception.DockerException;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.owner.OwnerVerdict;
import io.freeport.internal.owner.OwnerVerdict.Life;
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
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decides what is to be removed; removes nothing. */
final class ReapPlanner {

  /**
   * What a project needs is made before its first container; what is older than that is somebody's.
   */
  private static final Duration BEFORE_CONTAINER = Duration.ofMinutes(10);

  private final OwnerRegistry owners;
  private final @Nullable Duration ageOfUnknown;
  private final Instant now;
  private final Function<String, @Nullable Map<String, String>> labelsOfImage;

  private final Map<Owner, OwnerVerdict> verdicts = new HashMap<>();
  private final Map<String, Map<String, String>> images = new HashMap<>();
  private final Map<Finding, EngineResource> listed = new HashMap<>();

  /**
   * @param ageOfUnknown from which age on what is of unknown owners is removed; null for never
   * @param labelsOfImage answers null for an image that is gone
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

  /** Returns what each finding was when it was listed. */
  Map<Finding, EngineResource> listed() {
    return Map.copyOf(listed);
  }

  /** Judges each for itself; what has no label of ours is none of our business. */
  List<Finding> judge(List<EngineResource> leftovers) {
    List<Finding> findings = new ArrayList<>();
    for (EngineResource leftover : leftovers) {
      String label = leftover.label(Labels.OWNER);
      if (label != null) {
        findings.add(judge(leftover, label));
      }
    }
    return findings;
  }

  private Finding judge(EngineResource leftover, String label) {
    Owner owner;
    try {
      owner = Owner.parse(label);
    } catch (IllegalArgumentException e) {
      return finding(leftover, label, Life.UNKNOWN, "its label is not one that FreePort writes");
    }
    OwnerVerdict verdict = verdicts.computeIfAbsent(owner, owners::judge);
    String protection = Labels.protection(leftover.labels());
    if (protection != null) {
      return finding(leftover, label, verdict.life(), protection);
    }
    boolean isOld =
        verdict.life() == Life.UNKNOWN
            && ageOfUnknown != null
            && leftover.created() != null
            && leftover.age(now).compareTo(ageOfUnknown) > 0;
    if (!verdict.isDead() && !isOld) {
      return finding(leftover, label, verdict.life(), verdict.reason());
    }
    String doubt = doubt(leftover, label);
    return doubt != null
        ? finding(leftover, label, verdict.life(), doubt)
        : remove(
            leftover,
            label,
            verdict.life(),
            isOld
                ? verdict.reason() + ", and it is older than " + told(ageOfUnknown)
                : verdict.reason());
  }

  private static String told(@Nullable Duration age) {
    return Objects.toString(age).replace("PT", "").toLowerCase(Locale.ROOT);
  }

  /**
   * Returns why a label may not be the container's own. An image that was committed from one of our
   * containers has its labels, and hands them on to containers that are none of ours.
   */
  private @Nullable String doubt(EngineResource leftover, String label) {
    if (!leftover.hasPlausibleId()) {
      return "its id is not one that an engine gives";
    }
    if (leftover.kind() != Kind.CONTAINER) {
      return null;
    }
    Map<String, String> inherited = images.get(leftover.imageId());
    if (inherited == null) {
      try {
        inherited = labelsOfImage.apply(leftover.imageId());
      } catch (DockerException e) { // of one image; the others may be as they should
        return "its image cannot be looked at ("
            + e.getMessage()
            + "), so its label may be the image's";
      }
      if (inherited == null) {
        return "its image is gone, so that its label may be the image's";
      }
      images.put(leftover.imageId(), inherited);
    }
    return label.equals(inherited.get(Labels.OWNER)) ? "its label is its image's" : null;
  }

  /** Returns the values of a label that containers have which are to be removed. */
  static Set<String> groups(String key, List<EngineResource> containers, List<Finding> findings) {
    Set<String> removed = idsToRemove(findings);
    Set<String> values = new HashSet<>();
    for (EngineResource container : containers) {
      String value = container.label(key);
      if (value != null && !value.isEmpty() && removed.contains(container.id())) {
        values.add(value);
      }
    }
    return values;
  }

  /**
   * Judges networks and volumes that belong to the same group as containers, such as a project of
   * Compose: they go with the containers if all of these are to be removed.
   *
   * @param containers all that have the label, ours or not
   * @param others networks and volumes that have the label
   */
  List<Finding> judgeGroups(
      String key,
      Set<String> groups,
      List<EngineResource> containers,
      List<EngineResource> others,
      List<Finding> findings) {
    Set<String> removed = idsToRemove(findings);
    List<Finding> more = new ArrayList<>();
    for (EngineResource other : others) {
      String group = other.label(key);
      if (group == null
          || !groups.contains(group)
          || other.label(Labels.OWNER) != null
          || Labels.protection(other.labels()) != null
          || isAmong(findings, other)) {
        continue;
      }
      List<EngineResource> itsContainers =
          containers.stream().filter(container -> group.equals(container.label(key))).toList();
      if (itsContainers.isEmpty()
          || !itsContainers.stream().allMatch(container -> removed.contains(container.id()))) {
        continue;
      }
      Finding one =
          findings.stream()
              .filter(finding -> finding.id().equals(itsContainers.get(0).id()))
              .findFirst()
              .orElseThrow();
      String doubt = isOfOneJvm(other, key) ? null : doubt(other, itsContainers, group);
      if (doubt != null) {
        more.add(finding(other, one.owner(), one.life(), doubt));
      } else if (other.hasPlausibleId()) {
        more.add(
            remove(other, one.owner(), one.life(), "it belongs to " + group + ", " + one.reason()));
      }
    }
    return more;
  }

  /** It may belong to two groups, such as a project that a session of Testcontainers started. */
  private static boolean isAmong(List<Finding> findings, EngineResource other) {
    return findings.stream()
        .anyMatch(finding -> finding.kind() == other.kind() && finding.id().equals(other.id()));
  }

  /**
   * Returns whether it cannot be of another one's group of the same name. A session's name is
   * random, its networks hold nothing, and they may be much older than the containers that are
   * left.
   */
  private static boolean isOfOneJvm(EngineResource other, String key) {
    return other.kind() == Kind.NETWORK && key.equals(Labels.TESTCONTAINERS_SESSION);
  }

  /**
   * Returns why a volume or network may be somebody's, in a project of the same name. Whoever can
   * write a container's labels can name any project.
   *
   * <p>Some engines take the last change in a volume's top directory for its creation, so a volume
   * that seems to be younger than the containers may be one with data of long ago.
   */
  private static @Nullable String doubt(
      EngineResource leftover, List<EngineResource> containers, String group) {
    List<Instant> times =
        containers.stream().map(EngineResource::created).filter(Objects::nonNull).sorted().toList();
    Instant created = leftover.created();
    if (times.isEmpty() || created == null) {
      return "whether it is older than the containers of " + group + " cannot be told";
    }
    if (created.isBefore(times.get(0).minus(BEFORE_CONTAINER))) {
      return "it is older than the containers of " + group;
    }
    // Containers are listed with full seconds only.
    return created.truncatedTo(ChronoUnit.SECONDS).isAfter(times.get(times.size() - 1))
        ? "it is younger than the containers of " + group
        : null;
  }

  private static Set<String> idsToRemove(List<Finding> findings) {
    Set<String> ids = new HashSet<>();
    findings.stream().filter(Finding::remove).forEach(finding -> ids.add(finding.id()));
    return ids;
  }

  private Finding finding(EngineResource leftover, String owner, Life life, String reason) {
    return finding(leftover, owner, life, reason, false);
  }

  private Finding remove(EngineResource leftover, String owner, Life life, String reason) {
    return finding(leftover, owner, life, reason, true);
  }

  private Finding finding(
      EngineResource leftover, String owner, Life life, String reason, boolean remove) {
    Finding finding =
        new Finding(
            leftover.kind(),
            leftover.id(),
            leftover.name(),
            owner,
            leftover.age(now),
            leftover.ports(),
            life,
            remove,
            reason);
    listed.put(finding, leftover);
    return finding;
  }
}
