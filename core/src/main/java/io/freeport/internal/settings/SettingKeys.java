package io.freeport.internal.settings;

import io.freeport.spi.SettingsSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The keys that exist, of all modules: they are released together, and only one list can tell which
 * key somebody meant.
 */
public final class SettingKeys {

  public static final String HANDOFF = "freeport.handoff";
  public static final String HANDOFF_TIMEOUT = "freeport.handoff.timeout";
  public static final String RETRIES = "freeport.retries";
  public static final String LEAKS = "freeport.leaks";
  public static final String DIRECTORY = "freeport.dir";

  public static final String RANGES = "freeport.ranges";
  public static final String AVOID = "freeport.avoid";

  private static final String PREFIX = "freeport.";

  /** Whoever reads service plans knows which services there are, and checks these. */
  private static final String SERVICES = "freeport.services.";

  /** In the order in which messages name them. */
  static final List<String> ALL =
      List.of(
          HANDOFF,
          HANDOFF_TIMEOUT,
          RETRIES,
          LEAKS,
          DIRECTORY,
          RANGES,
          AVOID,
          "freeport.environment",
          "freeport.strategy",
          "freeport.build",
          "freeport.health.timeout",
          "freeport.bind.retries",
          "freeport.api",
          "freeport.queue.timeout",
          "freeport.reaper",
          "freeport.reaper.timeout",
          "freeport.reaper.age",
          "freeport.labels",
          "freeport.container.handoff",
          "freeport.container.address",
          "freeport.container.timeout",
          "freeport.summary",
          "freeport.require.docker");

  private SettingKeys() {}

  static void check(SettingsSource source) {
    for (String key : new TreeSet<>(source.keys())) {
      if (key.startsWith(PREFIX)) {
        check(key, source.origin(key));
      }
    }
  }

  static void check(String key, String origin) {
    if (!ALL.contains(key) && !key.startsWith(SERVICES)) {
      throw new IllegalArgumentException(
          "There is no setting "
              + key
              + " ("
              + origin
              + "). Did you mean "
              + nearest(key, ALL).orElseThrow()
              + "? All of them: "
              + String.join(", ", ALL)
              + ".");
    }
  }

  static Optional<String> nearest(String written, Collection<String> known) {
    String one = written.toLowerCase(Locale.ROOT);
    return known.stream()
        .min(
            Comparator.comparingInt(
                candidate -> distance(candidate.toLowerCase(Locale.ROOT), one)));
  }

  /** How many letters have to be inserted, left out or replaced (Levenshtein's distance). */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
