package io.freeport.cli.kill;

import io.freeport.cli.terminal.CommandFailure;
import io.freeport.internal.owner.OwnerRegistry;
import java.time.Duration;
import java.util.Optional;

/** A process or container that has the port and can be ended. */
interface KillTarget {

  /** Returns what it is, for a question: {@code python3 (pid 812)}. */
  String name();

  /**
   * Returns what a person should know before answering; may be empty.
   *
   * @param owners knows the JVMs with FreePort
   */
  String remark(OwnerRegistry owners);

  /**
   * Returns why it must not be ended.
   *
   * @param force whether the person insists
   */
  Optional<String> refusal(boolean force);

  /** Returns whether the same target still runs. Process ids are reused, so an id is not enough. */
  boolean isStillThere();

  /**
   * Ends it.
   *
   * @param grace how long it has to end by itself
   * @return what was done, as a sentence
   * @throws CommandFailure if it cannot be ended
   */
  String end(Duration grace) throws InterruptedException;
}
