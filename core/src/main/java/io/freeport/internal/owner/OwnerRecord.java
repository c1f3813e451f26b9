package io.freeport.internal.owner;

import java.time.Instant;
import java.util.List;

/**
 * What a living JVM has on record.
 *
 * @param owner the JVM
 * @param module the working directory that the JVM started in; of a build, the module's
 * @param network the number of the JVM's network namespace; empty if unknown
 * @param since when the JVM started
 * @param holds the ports that it holds, by number. Each was held at some time during the reading;
 *     those that are entered or removed meanwhile may be missing
 * @since 0.1.0
 */
public record OwnerRecord(
    Owner owner, String module, String network, Instant since, List<RecordedHold> holds) {

  /**
   * Takes a copy of the list.
   *
   * @param owner as above
   * @param module as above
   * @param network as above
   * @param since as above
   * @param holds as above
   */
  public OwnerRecord {
    holds = List.copyOf(holds);
  }
}
