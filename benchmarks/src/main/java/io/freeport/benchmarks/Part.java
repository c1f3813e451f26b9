package io.freeport.benchmarks;

import java.util.Optional;

/** One of the things that are measured. */
interface Part {

  /** Returns what it is called on the command line. */
  String name();

  /** Returns why it cannot be run on this machine, if so. */
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /**
   * Measures.
   *
   * @param results what was measured goes here, as soon as it is known
   */
  void run(Bench bench, Results results) throws Exception;
}
