package io.freeport.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * That somebody had a port.
 *
 * @param from when it was given to them
 * @param to when they were about to give it back
 * @param lost whether somebody else had it when it was to be used
 */
record Use(int port, long from, long to, boolean lost) {

  /** Instead of a port, if none was given. */
  static final int NO_PORT = 0;

  static Use parse(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 4) {
      throw new IllegalArgumentException("Expected port, from, to, lost, but was: " + line);
    }
    return new Use(
        Integer.parseInt(words[0]),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Boolean.parseBoolean(words[3]));
  }

  /** Returns how many began while somebody else had the same port. */
  static int duplicates(List<Use> uses) {
    Map<Integer, List<Use>> byPort = new HashMap<>();
    uses.stream()
        .filter(use -> use.port() != NO_PORT)
        .forEach(use -> byPort.computeIfAbsent(use.port(), any -> new ArrayList<>()).add(use));
    int duplicates = 0;
    for (List<Use> ofOne : byPort.values()) {
      ofOne.sort(Comparator.comparingLong(Use::from));
      long hadUntil = Long.MIN_VALUE;
      for (Use use : ofOne) {
        if (use.from() <= hadUntil) {
          duplicates++;
        }
        hadUntil = Math.max(hadUntil, use.to());
      }
    }
    return duplicates;
  }

  /** Returns the line that {@link #parse} reads. */
  @Override
  public String toString() {
    return port + " " + from + " " + to + " " + lost;
  }
}
