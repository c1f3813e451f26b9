package io.freeport.docker.reaper;

/** What the reaper does before the first test, the values of {@code freeport.reaper}. */
enum ReaperMode {
  ON,
  /** It logs what it would remove. */
  DRY_RUN,
  OFF
}
