package io.freeport.docker.reaper;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What containers refer to: networks, volumes, and containers whose network they share. An engine
 * removes a network that a stopped container refers to, and the container does not start again.
 */
final class References {

  private final List<EngineResource> containers;

  /** Takes all containers of the engine, whatever their labels are. */
  References(List<EngineResource> containers) {
    this.containers = containers;
  }

  /** Keeps what a container that stays refers to. */
  List<JudgedResource> keepUsed(List<JudgedResource> judged) {
    List<JudgedResource> result = new ArrayList<>(judged);
    boolean changed = true;
    while (changed) { // a container that is kept may refer to more
      Set<String> removed = new HashSet<>();
      result.stream()
          .filter(each -> each.isContainer() && each.isToBeRemoved())
          .forEach(each -> removed.add(each.resource().id()));
      changed = false;
      for (int i = 0; i < result.size(); i++) {
        JudgedResource each = result.get(i);
        Optional<EngineResource> user =
            each.isToBeRemoved() ? userOf(each.resource(), removed) : Optional.empty();
        if (user.isPresent()) {
          result.set(i, each.kept("a container that stays refers to it: " + user.get().id()));
          changed = true;
        }
      }
    }
    return result;
  }

  private Optional<EngineResource> userOf(EngineResource used, Set<String> removed) {
    return containers.stream()
        .filter(container -> !removed.contains(container.id()))
        .filter(container -> !container.id().equals(used.id()))
        .filter(container -> container.refersTo(used))
        .findFirst();
  }
}
