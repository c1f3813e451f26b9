package io.freeport.plan;

/**
 * Receives what happens to the services of a plan.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PlanListener {

  /**
   * Called in the thread that asked for a port, while the assignments are locked for others. An
   * exception fails the request.
   *
   * @param event what happened
   */
  void on(PlanEvent event);
}
