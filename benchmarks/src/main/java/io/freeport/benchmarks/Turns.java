package io.freeport.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Lets several subjects take turns, round after round, each round in the opposite order of the one
 * before: A B, B A, A B. What slows the machine down for a while then slows all of them down.
 */
final class Turns {

  /** Measures a subject once. */
  interface Turn<S> {
    void take(S subject, int round) throws Exception;
  }

  private Turns() {}

  static <S> void take(int rounds, List<S> subjects, Turn<S> turn) throws Exception {
    List<S> order = new ArrayList<>(subjects);
    for (int round = 0; round < rounds; round++) {
      for (S subject : order) {
        turn.take(subject, round);
      }
      Collections.reverse(order);
    }
  }
}
