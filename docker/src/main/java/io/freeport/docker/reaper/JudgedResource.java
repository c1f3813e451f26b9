package io.freeport.docker.reaper;

import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Kind;

/** A resource as it was listed, and what was decided about it. */
record JudgedResource(EngineResource resource, Finding finding) {

  boolean isContainer() {
    return resource.kind() == Kind.CONTAINER;
  }

  boolean isToBeRemoved() {
    return finding.remove();
  }

  /** Returns the same resource, which stays. */
  JudgedResource kept(String reason) {
    return new JudgedResource(
        resource,
        new Finding(
            finding.kind(),
            finding.id(),
            finding.name(),
            finding.owner(),
            finding.age(),
            finding.ports(),
            finding.life(),
            false,
            reason));
  }
}
