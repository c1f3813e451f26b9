package io.freeport.cli.kill;

import io.freeport.cli.terminal.CommandFailure;
import io.freeport.internal.owner.OwnerRegistry;
import java.time.Duration;
import java.util.Optional;

/** Something that has a port, and can be made to let go of it. */
interface KillTarget {

  /** Returns what it is, for a question: {@code python3 (pid 812)}. */
  String name();

  /**
   * Returns what else a person should know before the answer; may be empty.
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

  /** Returns whether it is still there, and still the same; ids of processes are used again. */
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
