package io.freeport.docker.reaper;

/** What the reaper does by itself, as {@code freeport.reaper} says. */
enum ReaperMode {
  ON,
  /** It says what it would remove. */
  DRY_RUN,
  OFF
}
