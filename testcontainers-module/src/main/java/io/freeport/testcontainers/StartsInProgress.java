package io.freeport.testcontainers;

import io.freeport.HeldPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which container of this JVM is being started on which hold. While the engine starts it, the
 * engine does not list its ports yet.
 */
final class StartsInProgress {

  private static final Map<HeldPort, String> STARTING = new ConcurrentHashMap<>();

  private StartsInProgress() {}

  /**
   * Starts a container on its holds.
   *
   * @param container what messages call it
   * @throws IllegalStateException if another container is being started on one of the holds
   */
  static void during(List<HeldPort> holds, String container, Runnable start) {
    List<HeldPort> ours = new ArrayList<>();
    try {
      for (HeldPort hold : holds) {
        String other = STARTING.putIfAbsent(hold, container);
        if (other == null) {
          ours.add(hold);
        } else if (!other.equals(container)) {
          throw new IllegalStateException(
              "Container "
                  + other
                  + " is being started on "
                  + hold
                  + " at the same time. A hold is for one container at a time. Stop that one first, or hold another port.");
        }
      }
      start.run();
    } finally {
      ours.forEach(STARTING::remove);
    }
  }
}
