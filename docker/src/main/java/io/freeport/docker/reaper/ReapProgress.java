package io.freeport.docker.reaper;

/**
 * Is told how far the {@link Reaper} is with carrying out its plan.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ReapProgress {

  /**
   * One more of the plan is done with. The calls come one at a time, from threads of the reaper,
   * which waits for their end; after a time-out there may be late ones.
   *
   * @param done how many are done with, from 1 on
   * @param total how many there are
   */
  void progressed(int done, int total);
}
