package io.freeport.junit5;

import io.freeport.internal.owner.OwnerRecord;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.owner.RecordedHold;
import io.freeport.junit5.internal.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The ports that the living JVMs of this user have on record. All tests of this JVM that wait share
 * one reading, so many of them cost no more than one.
 */
final class LivingHolds {

  private final long maxAgeNanos;

  // Guarded by this.
  private List<RecordedHold> holds = List.of();
  private long readAt;

  LivingHolds(Duration maxAge) {
    maxAgeNanos = maxAge.toNanos();
    readAt = System.nanoTime() - maxAgeNanos;
  }

  /** Returns what was on record not longer ago than the maximum age. */
  synchronized List<RecordedHold> recent() {
    return System.nanoTime() - readAt < maxAgeNanos ? holds : now();
  }

  /** Returns what is on record now. */
  synchronized List<RecordedHold> now() {
    long start = System.nanoTime();
    List<RecordedHold> all = new ArrayList<>();
    OwnerRegistry registry = OwnerRegistry.of(Session.ofThisJvm().settings());
    for (OwnerRecord owner : registry.ownersOfThisNetwork()) {
      all.addAll(owner.holds());
    }
    holds = List.copyOf(all);
    readAt = start;
    return holds;
  }
}
