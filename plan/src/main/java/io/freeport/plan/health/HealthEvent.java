package io.freeport.plan.health;

/**
 * A change of a service's health.
 *
 * @param service the service
 * @param health what it is now
 * @since 0.1.0
 */
public record HealthEvent(String service, Health health) {}
