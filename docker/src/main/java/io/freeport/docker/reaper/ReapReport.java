package io.freeport.docker.reaper;

import io.freeport.docker.internal.Display;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;
import io.freeport.internal.owner.Owner;
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
 * @param removed what this pass removed; not what others removed in the meantime
 * @param spared what was to be removed, and was not what was listed any more: another volume has
 *     its name, or its session is in use again
 * @param left what was to be removed and is still there, for example because the time was up
 * @param problem why the pass did not finish, as a sentence; empty if it did
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

  /** The number of owners that the summary names one by one. */
  private static final int LISTED_OWNERS = 5;

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

  /** Returns one line: how many were removed, whose they were, and how old. */
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
            .limit(LISTED_OWNERS)
            .map(entry -> ofOneOwner(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining("; "));
    return "Removed "
        + count(removed)
        + " that dead test runs left behind: "
        + whose
        + (byOwner.size() > LISTED_OWNERS
            ? "; and of " + (byOwner.size() - LISTED_OWNERS) + " more"
            : "")
        + ".";
  }

  private static String ofOneOwner(String owner, List<Finding> findings) {
    Duration oldest =
        findings.stream()
            .map(Finding::age)
            .reduce(Duration.ZERO, (a, b) -> a.compareTo(b) > 0 ? a : b);
    return count(findings)
        + " of "
        + ownerInWords(owner)
        + " ("
        + Display.printable(findings.get(0).reason())
        + "), "
        + (findings.size() > 1 ? "up to " : "")
        + Display.age(oldest)
        + " old";
  }

  static String count(List<Finding> findings) {
    Map<Kind, Integer> counts = new TreeMap<>();
    findings.forEach(finding -> counts.merge(finding.kind(), 1, Integer::sum));
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey() + (entry.getValue() == 1 ? "" : "s"))
        .collect(Collectors.joining(", "));
  }

  /** For an owner of this host the pid is enough. */
  private static String ownerInWords(String owner) {
    Owner self = DockerContext.ofThisJvm().owners().self();
    try {
      Owner parsed = Owner.parse(owner);
      return parsed.host().equals(self.host()) ? "the JVM with pid " + parsed.pid() : owner;
    } catch (IllegalArgumentException e) {
      return Display.printable(owner);
    }
  }
}
