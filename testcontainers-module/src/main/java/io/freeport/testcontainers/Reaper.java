package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import io.freeport.Owner;
import io.freeport.OwnerRegistry;
import io.freeport.OwnerVerdict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Removes the containers of dead owners, and no others. It lists first, then decides, then removes
 * what it decided on, so what is created meanwhile is not touched.
 */
final class Reaper {

  private static final Logger LOGGER = System.getLogger(Reaper.class.getName());

  private final DockerClient client;
  private final OwnerRegistry owners;

  Reaper(DockerClient client, OwnerRegistry owners) {
    this.client = client;
    this.owners = owners;
  }

  void reap() {
    ReapPlan plan = plan();
    LOGGER.log(Level.DEBUG, "{0}", plan);
    List<ReapPlan.Finding> removed = carryOut(plan);
    if (!removed.isEmpty()) {
      LOGGER.log(
          Level.INFO,
          "Removed {0} left behind by test runs that ended without cleaning up: {1}",
          removed.size() == 1 ? "a container" : removed.size() + " containers",
          removed.stream().map(ReapPlan.Finding::toString).collect(Collectors.joining("; ")));
    }
  }

  ReapPlan plan() {
    List<Container> labelled =
        client.listContainersCmd().withShowAll(true).withLabelFilter(List.of(Labels.OWNER)).exec();
    return new ReapPlan(labelled.stream().map(this::judge).toList());
  }

  /** A label may have been written by anybody. */
  private ReapPlan.Finding judge(Container container) {
    String label = String.valueOf(container.getLabels().get(Labels.OWNER));
    OwnerVerdict verdict;
    try {
      verdict = owners.judge(Owner.parse(label));
    } catch (IllegalArgumentException e) {
      verdict =
          new OwnerVerdict(OwnerVerdict.Life.UNKNOWN, "its label is not one that FreePort writes");
    }
    return new ReapPlan.Finding(container.getId(), container.getImage(), label, verdict);
  }

  private List<ReapPlan.Finding> carryOut(ReapPlan plan) {
    return plan.toRemove().stream().filter(finding -> remove(finding.containerId())).toList();
  }

  private boolean remove(String containerId) {
    try {
      client.removeContainerCmd(containerId).withForce(true).withRemoveVolumes(true).exec();
      return true;
    } catch (NotFoundException | ConflictException removedBySomebodyElse) {
      return false;
    } catch (RuntimeException e) {
      LOGGER.log(
          Level.WARNING,
          "Cannot remove container "
              + containerId
              + " of a dead owner; the next run will try again",
          e);
      return false;
    }
  }
}
