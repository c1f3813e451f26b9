package io.freeport.plan.health;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Checks services again and again, and tells of changes. The first result of each is a change, too.
 *
 * <p>Each service has a thread of its own, so one that does not answer keeps no other waiting; its
 * next check begins an interval after the end of the last one.
 *
 * <p><strong>Cleanup.</strong> {@link #close()} ends it. Its threads do not keep the JVM alive.
 *
 * @since 0.1.0
 */
public final class HealthMonitor implements AutoCloseable {

  private static final Logger LOGGER = System.getLogger(HealthMonitor.class.getName());

  private final Map<String, Health> last = new ConcurrentHashMap<>();
  private final Consumer<HealthEvent> listener;
  private final ScheduledExecutorService threads;

  private HealthMonitor(int services, Consumer<HealthEvent> listener) {
    this.listener = listener;
    this.threads =
        Executors.newScheduledThreadPool(
            Math.max(1, services),
            task -> {
              Thread thread = new Thread(task, "freeport-health");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts to check.
   *
   * @param checks what to look at, by service
   * @param interval how long to wait between two checks of a service; more than zero
   * @param listener is told in the thread of the service; what it throws is logged
   * @return the monitor, to be closed
   */
  public static HealthMonitor start(
      Map<String, HealthCheck> checks, Duration interval, Consumer<HealthEvent> listener) {
    if (interval.isZero() || interval.isNegative()) {
      throw new IllegalArgumentException(
          "The interval must be more than zero, but was " + interval + ".");
    }
    HealthMonitor monitor = new HealthMonitor(checks.size(), listener);
    checks.forEach(
        (service, check) -> {
          ScheduledFuture<?> unused =
              monitor.threads.scheduleWithFixedDelay(
                  () -> monitor.look(service, check),
                  0,
                  Math.max(1, interval.toNanos()),
                  TimeUnit.NANOSECONDS);
        });
    return monitor;
  }

  /**
   * Returns what was found last.
   *
   * @param service the service
   * @return its health; empty if it was not checked yet, or is not among those that are
   */
  public Optional<Health> health(String service) {
    return Optional.ofNullable(last.get(service));
  }

  /** Whatever is thrown here would silently end the checks of this service. */
  private void look(String service, HealthCheck check) {
    try {
      Health now = checked(check);
      Health before = last.put(service, now);
      if (before == null || before.healthy() != now.healthy()) {
        listener.accept(new HealthEvent(service, now));
      }
    } catch (RuntimeException e) {
      LOGGER.log(Level.WARNING, "A listener failed on the health of " + service, e);
    }
  }

  private static Health checked(HealthCheck check) {
    try {
      return check.check();
    } catch (RuntimeException e) {
      return Health.of(false, "the check failed: " + e);
    }
  }

  /** Ends the checks. One that runs is interrupted; its result may still be told. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
