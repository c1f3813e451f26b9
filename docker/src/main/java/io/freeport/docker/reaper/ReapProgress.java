package io.freeport.docker.reaper;

/**
 * Listens to how far a {@link Reaper} is with its plan.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ReapProgress {

  /**
   * Called after each removal. The calls come one at a time, from threads of the reaper, which
   * waits for their end. After a timeout there may be late calls.
   *
   * @param done how many removals have ended, from 1 on
   * @param total how many there are
   */
  void progressed(int done, int total);
}
