package io.freeport.testcontainers;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.freeport.docker.internal.EngineMode;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;

/** The suite also runs with modes that are forced, in which a hold cannot stay. */
final class Modes {

  private Modes() {}

  static boolean isShared() {
    return set() == EngineMode.AUTO || set() == EngineMode.SHARED;
  }

  /** Returns the mode that is set for the whole suite. */
  static EngineMode set() {
    return Settings.ofThisJvm().choice(SettingKeys.CONTAINER_HANDOFF, EngineMode.AUTO);
  }

  static void assumeShared() {
    assumeThat(isShared())
        .as("the hold is relied on, as it is only with freeport.container.handoff=shared or auto")
        .isTrue();
  }
}
