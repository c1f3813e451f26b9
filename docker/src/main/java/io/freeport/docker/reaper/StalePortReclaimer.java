package io.freeport.docker.reaper;

import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.PortReclaimer;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gets ports back that containers of dead test runs publish. {@link io.freeport.PortAllocator}
 * finds this class by itself; there is nothing to call.
 *
 * @since 0.1.0
 */
public final class StalePortReclaimer implements PortReclaimer {

  /**
   * Set for the rest of this JVM when the engine did not answer in time: each further request for a
   * port would wait as long.
   */
  private static final AtomicBoolean GIVEN_UP = new AtomicBoolean();

  /** Creates the reclaimer, for {@link java.util.ServiceLoader}. */
  public StalePortReclaimer() {}

  @Override
  public boolean reclaim(Set<Integer> ports) {
    return !GIVEN_UP.get()
        && Settings.ofThisJvm().choice(SettingKeys.REAPER, ReaperMode.ON) == ReaperMode.ON
        && Reaper.create().reclaim(ports, () -> GIVEN_UP.set(true));
  }
}
