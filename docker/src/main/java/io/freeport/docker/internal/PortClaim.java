package io.freeport.docker.internal;

import io.freeport.HeldPort;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What was started last on a hold in this JVM. One number cannot be that of two containers: while
 * one is being started, or runs, another one is refused. And only the one that was started last has
 * its ports taken back when it goes down.
 */
final class PortClaim {

  /** Claims lead to their ports, so both vanish with those who use them. Guarded by itself. */
  private static final Map<HeldPort, WeakReference<PortClaim>> LATEST = new WeakHashMap<>();

  /** Asks the engine, for a limited time. */
  interface EngineQuestions {
    <T extends @Nullable Object> T ask(Callable<T> question);
  }

  private final EngineQuestions engine;
  private final StartedContainers container;
  private volatile boolean isStarting = true;

  /**
   * @param container is being started until {@link #endStart()}
   */
  PortClaim(EngineQuestions engine, StartedContainers container) {
    this.engine = engine;
    this.container = container;
  }

  /**
   * Claims ports.
   *
   * @throws IllegalStateException if another container has one of them
   */
  void claim(List<HeldPort> claimed) {
    claimed.forEach(this::claim);
  }

  private void claim(HeldPort port) {
    PortClaim other = latest(port);
    while (!replace(other, port)) {
      other = latest(port);
    }
  }

  /** Returns false if somebody else claimed the port in the meantime. */
  private boolean replace(@Nullable PortClaim other, HeldPort port) {
    if (other != null && !other.container.equals(container)) {
      boolean isStarting = other.isStarting;
      if (isStarting || ask(other.container::isRunning, false)) {
        throw new IllegalStateException(
            ask(other.container::describe, "Another container")
                + (isStarting ? " is being started on " : " runs on ")
                + port
                + ". A hold is for one container at a time. Stop that one first, or hold another port.");
      }
    }
    synchronized (LATEST) {
      if (latest(port) != other) {
        return false;
      }
      LATEST.put(port, new WeakReference<>(this));
      return true;
    }
  }

  /** If the engine does not answer, the start fails anyway. */
  private <T> T ask(Callable<T> question, T otherwise) {
    try {
      return engine.ask(question);
    } catch (RuntimeException cannotTell) {
      return otherwise;
    }
  }

  /** From now on the engine is asked whether it runs. */
  void endStart() {
    isStarting = false;
  }

  /** Returns whether nothing else was started on a port since. */
  boolean isLatest(HeldPort port) {
    return latest(port) == this;
  }

  private static @Nullable PortClaim latest(HeldPort port) {
    synchronized (LATEST) {
      WeakReference<PortClaim> latest = LATEST.get(port);
      return latest == null ? null : latest.get();
    }
  }
}
