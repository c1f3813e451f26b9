package io.freeport.docker.reaper;

/** What the reaper does when the tests begin, the values of {@code freeport.reaper}. */
enum ReaperMode {
  /** It works beside the tests. */
  ON,
  /** The tests wait for it. */
  WAIT,
  /** It logs what it would remove, and the tests wait for that. */
  DRY_RUN,
  OFF
}
