package io.freeport.docker.reaper;

import io.freeport.docker.internal.DockerContext;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.spi.PortReclaimer;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Removes containers of dead test runs that publish a requested port. Public for {@link
 * java.util.ServiceLoader} only.
 *
 * @hidden
 */
@SuppressWarnings("InvalidBlockTag") // Error Prone does not know @hidden for types
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
    if (GIVEN_UP.get()) {
      return false;
    }
    if (ReapBeforeTests.awaitIfUnderWay()) {
      return true; // it may have been what had the port
    }
    DockerContext context = DockerContext.ofThisJvm();
    return context.settings().choice(SettingKeys.REAPER, ReaperMode.ON) == ReaperMode.ON
        && Reaper.lookingFirst(context).reclaim(ports, () -> GIVEN_UP.set(true));
  }
}
