package io.freeport.docker.internal.lease;

/** Whether a JVM keeps a lease. */
enum LeaseMode {
  /** If reapers elsewhere may ask this JVM's engine. */
  AUTO,
  ON,
  OFF
}
