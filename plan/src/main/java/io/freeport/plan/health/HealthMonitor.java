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
 * Checks services repeatedly and reports changes. The first result of each counts as a change.
 *
 * <p>Each service has its own thread, so a service that does not answer delays no other. The next
 * check of a service begins an interval after the end of the last one.
 *
 * <p><strong>Cleanup.</strong> {@link #close()} ends the checks. Its threads do not keep the JVM
 * alive.
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
   * @param checks the checks by service
   * @param interval how long to wait between two checks of a service; more than zero
   * @param listener is called in the thread of the service; exceptions are logged
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
                  () -> monitor.check(service, check),
                  0,
                  Math.max(1, interval.toNanos()),
                  TimeUnit.NANOSECONDS);
        });
    return monitor;
  }

  /**
   * Returns the last result.
   *
   * @param service the service
   * @return its health; empty if it was not checked yet, or is unknown
   */
  public Optional<Health> health(String service) {
    return Optional.ofNullable(last.get(service));
  }

  /** An exception here would silently end the checks of this service. */
  private void check(String service, HealthCheck check) {
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

  /** Ends the checks. A running check is interrupted; its result may still be reported. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
