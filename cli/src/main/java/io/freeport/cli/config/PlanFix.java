package io.freeport.cli.config;

import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.plan.PortConflictException;
import java.util.List;
import java.util.Optional;

/**
 * A service that cannot have a port, why, and the smallest change that would help.
 *
 * @param service its name
 * @param reason who is in the way
 * @param change what would help; empty if only a person can tell
 */
record PlanFix(String service, String reason, Optional<Change> change) {

  /** What can be done about it. */
  sealed interface Change {}

  /**
   * A container that a dead test run left behind has the port. The reaper leaves nothing of dead
   * runs, whichever it is called for.
   *
   * @param port the port
   * @param leftover what has it
   * @param all how much dead runs left, this included
   */
  record Reap(int port, Finding leftover, int all) implements Change {

    @Override
    public String toString() {
      return "reap "
          + leftover.kind()
          + " "
          + leftover.id().substring(0, Math.min(12, leftover.id().length()))
          + " ("
          + leftover.name()
          + "), which has port "
          + port
          + (all == 1
              ? ""
              : ", and " + (all - 1) + " more of dead test runs (see freeport reap --dry-run)");
    }
  }

  /**
   * A further port in the file; those that are there stay, and are tried first.
   *
   * @param document the file
   * @param key the key
   * @param value what it is to say
   */
  record OtherPort(PlanDocument document, List<String> key, String value) implements Change {

    @Override
    public String toString() {
      return "set " + String.join(".", key) + " to " + value + " in " + document.file();
    }
  }

  static String firstLine(PortConflictException failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }
}
