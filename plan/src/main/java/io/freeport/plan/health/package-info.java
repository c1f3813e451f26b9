/**
 * Health checks of ports and services of this host.
 *
 * <p>{@link io.freeport.plan.health.HealthCheck} checks once, and {@link
 * io.freeport.plan.health.HealthMonitor} again and again. Nothing here knows of plans. Read on in
 * {@link io.freeport.plan.PortAssignments#health()}.
 */
@NullMarked
package io.freeport.plan.health;

import org.jspecify.annotations.NullMarked;
