package io.freeport.docker.reaper;

import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What one pass of the reaper did.
 *
 * @param plan what was found; empty if the engine did not answer
 * @param removed what this pass removed; what somebody else removed meanwhile is not in here
 * @param spared what was to be removed, and turned out not to be what was found: another volume has
 *     its name by now, or its group is in use again
 * @param left what was to be removed and is still there, for example since the time was up
 * @param problem why the pass did not come to its end, as a sentence; nothing if it did
 * @param took how long it took
 * @since 0.1.0
 */
public record ReapReport(
    ReapPlan plan,
    List<Finding> removed,
    List<Finding> spared,
    List<Finding> left,
    Optional<String> problem,
    Duration took) {

  /** Of so many owners the summary tells one by one. */
  private static final int OWNERS_TOLD = 5;

  /**
   * Takes copies of the lists.
   *
   * @param plan as above
   * @param removed as above
   * @param spared as above
   * @param left as above
   * @param problem as above
   * @param took as above
   */
  public ReapReport {
    removed = List.copyOf(removed);
    spared = List.copyOf(spared);
    left = List.copyOf(left);
  }

  /** Returns on one line how many were removed, whose, and how old. */
  @Override
  public String toString() {
    if (removed.isEmpty()) {
      return problem.orElse("Nothing was removed.");
    }
    Map<String, List<Finding>> byOwner = new LinkedHashMap<>();
    removed.forEach(
        finding -> byOwner.computeIfAbsent(finding.owner(), key -> new ArrayList<>()).add(finding));
    String whose =
        byOwner.entrySet().stream()
            .limit(OWNERS_TOLD)
            .map(entry -> ofOne(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining("; "));
    return "Removed "
        + count(removed)
        + " that dead test runs left behind: "
        + whose
        + (byOwner.size() > OWNERS_TOLD
            ? "; and of " + (byOwner.size() - OWNERS_TOLD) + " more"
            : "")
        + ".";
  }

  private static String ofOne(String owner, List<Finding> findings) {
    Duration oldest =
        findings.stream()
            .map(Finding::age)
            .reduce(Duration.ZERO, (a, b) -> a.compareTo(b) > 0 ? a : b);
    return count(findings)
        + " of "
        + inWords(owner)
        + " ("
        + ReapPlan.printable(findings.get(0).reason())
        + "), "
        + (findings.size() > 1 ? "up to " : "")
        + inWords(oldest)
        + " old";
  }

  static String count(List<Finding> findings) {
    Map<Kind, Integer> counts = new TreeMap<>();
    findings.forEach(finding -> counts.merge(finding.kind(), 1, Integer::sum));
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey() + (entry.getValue() == 1 ? "" : "s"))
        .collect(Collectors.joining(", "));
  }

  /** Of those that can be dead for sure, the pid says enough. */
  private static String inWords(String owner) {
    Owner self = OwnerRegistry.ofThisJvm().self();
    try {
      Owner parsed = Owner.parse(owner);
      return parsed.host().equals(self.host()) ? "the JVM with pid " + parsed.pid() : owner;
    } catch (IllegalArgumentException e) {
      return ReapPlan.printable(owner);
    }
  }

  private static String inWords(Duration age) {
    if (age.toDays() > 1) {
      return age.toDays() + " d";
    }
    if (age.toHours() > 1) {
      return age.toHours() + " h";
    }
    return age.toMinutes() > 1 ? age.toMinutes() + " min" : age.toSeconds() + " s";
  }
}
