package io.freeport.testcontainers;

import io.freeport.OwnerVerdict;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the reaper found, and thinks of it. Deciding is apart from doing: this is a value, and
 * nothing is removed yet.
 */
record ReapPlan(List<Finding> findings) {

  ReapPlan {
    findings = List.copyOf(findings);
  }

  /** A container with our label. */
  record Finding(String containerId, String image, String owner, OwnerVerdict verdict) {
    @Override
    public String toString() {
      return "container "
          + containerId.substring(0, Math.min(12, containerId.length()))
          + " ("
          + image
          + ") of "
          + owner
          + ": "
          + verdict.life()
          + ", "
          + verdict.reason();
    }
  }

  /** Returns those whose owners are certainly dead, and only those. */
  List<Finding> toRemove() {
    return findings.stream().filter(finding -> finding.verdict().isDead()).toList();
  }

  @Override
  public String toString() {
    return findings.stream().map(Finding::toString).collect(Collectors.joining("\n"));
  }
}
