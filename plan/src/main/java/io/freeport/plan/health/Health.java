package io.freeport.plan.health;

import io.freeport.internal.text.PrintableText;
import java.time.Instant;

/**
 * The result of a health check.
 *
 * @param healthy whether the check passed
 * @param reason what the check saw, for messages
 * @param time the time of the check
 * @since 0.1.0
 */
public record Health(boolean healthy, String reason, Instant time) {

  static Health of(boolean healthy, String reason) {
    return new Health(healthy, PrintableText.line(reason), Instant.now());
  }
}
