package io.freeport.plan.health;

import java.time.Instant;

/**
 * What a health check found.
 *
 * @param healthy whether it is as it should be
 * @param reason what was seen, for messages
 * @param time when
 * @since 0.1.0
 */
public record Health(boolean healthy, String reason, Instant time) {

  static Health of(boolean healthy, String reason) {
    return new Health(healthy, reason, Instant.now());
  }
}
