package io.freeport.internal.settings;

import io.freeport.PortRange;
import io.freeport.internal.text.PrintableText;
import io.freeport.spi.SettingsSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The keys of all modules. They are in one list because the modules are released together, and so
 * that a message can name the key that comes nearest to a misspelled one.
 */
public final class SettingKeys {

  private static final String PREFIX = "freeport.";

  /** The usual name of a build's property for the version of FreePort, which changes nothing. */
  private static final String VERSION = "freeport.version";

  /** The overrides of a service plan. They depend on its services, so the plan checks them. */
  private static final String SERVICES = "freeport.services.";

  /** The number of a named port; the name follows. */
  public static final String PORT = "freeport.port.";

  /** The names of all keys, in the order in which messages list them. */
  static final List<String> ALL = new ArrayList<>();

  /** How ports are handed over: auto, or a constant of {@code HandoffMode}. */
  public static final SettingKey<@Nullable String> HANDOFF = text("freeport.handoff");

  /** How long a consumer may take to listen on its port. */
  public static final SettingKey<Duration> HANDOFF_TIMEOUT =
      duration("freeport.handoff.timeout", Duration.ofSeconds(10));

  /** How often a start is repeated with another port after a conflict. */
  public static final SettingKey<Integer> RETRIES = number("freeport.retries", 5, 0);

  /** What to do about a consumer that outlives its port: a constant of {@code LeakPolicy}. */
  public static final SettingKey<@Nullable String> LEAKS = text("freeport.leaks");

  /** Where the JVMs of this user keep their owner files. */
  public static final SettingKey<@Nullable String> DIRECTORY = text("freeport.dir");

  /** The ranges that ports come from if the request names none. */
  public static final SettingKey<List<PortRange>> RANGES = ranges("freeport.ranges");

  /** The ports that are not used if the request names none. */
  public static final SettingKey<List<PortRange>> AVOID = ranges("freeport.avoid");

  /** The section of a plan that counts: dev, test, ci or any other name. */
  public static final SettingKey<@Nullable String> ENVIRONMENT = text("freeport.environment");

  /** What a plan does about conflicts: a constant of {@code ConflictStrategy}. */
  public static final SettingKey<@Nullable String> STRATEGY = text("freeport.strategy");

  /** The process id that stands for the build; the default is found among the ancestors. */
  public static final SettingKey<Integer> BUILD = number("freeport.build", 0, 1);

  /** How long a health check may take. */
  public static final SettingKey<Duration> HEALTH_TIMEOUT =
      duration("freeport.health.timeout", Duration.ofSeconds(5));

  /** How often a plan replaces ports that somebody took before their services bound them. */
  public static final SettingKey<Integer> BIND_RETRIES = number("freeport.bind.retries", 3, 0);

  /** Where {@code freeport serve} answers. */
  public static final SettingKey<@Nullable String> API = text("freeport.api");

  /** How long a request waits for ports that are in use, if it waits. */
  public static final SettingKey<Duration> QUEUE_TIMEOUT =
      duration("freeport.queue.timeout", Duration.ofMinutes(2));

  /** What the reaper does before tests: a constant of {@code ReaperMode}. */
  public static final SettingKey<@Nullable String> REAPER = text("freeport.reaper");

  /** How long the reaper waits for the engine. */
  public static final SettingKey<Duration> REAPER_TIMEOUT =
      duration("freeport.reaper.timeout", Duration.ofSeconds(10));

  /** From which age on resources of unknown owners are removed; zero for never. */
  public static final SettingKey<Duration> REAPER_AGE =
      duration("freeport.reaper.age", Duration.ZERO);

  /**
   * Whether a container at the engine shows that this JVM lives: a constant of {@code LeaseMode}.
   */
  public static final SettingKey<@Nullable String> LEASE = text("freeport.lease");

  /** The image of that container; it has to have the program cat. */
  public static final SettingKey<@Nullable String> LEASE_IMAGE = text("freeport.lease.image");

  /** Whether resources of the engine are labelled with their owner: on or off. */
  public static final SettingKey<@Nullable String> LABELS = text("freeport.labels");

  /** How ports are handed over to the engine: a constant of {@code EngineMode}. */
  public static final SettingKey<@Nullable String> CONTAINER_HANDOFF =
      text("freeport.container.handoff");

  /** The address on which the engine publishes ports; * for all. */
  public static final SettingKey<@Nullable String> CONTAINER_ADDRESS =
      text("freeport.container.address");

  /** How long the engine may take to start a container. */
  public static final SettingKey<Duration> CONTAINER_TIMEOUT =
      duration("freeport.container.timeout", Duration.ofMinutes(2));

  /** When a test run is summed up: always, auto or never. */
  public static final SettingKey<@Nullable String> SUMMARY = text("freeport.summary");

  /** Whether tests that require Docker fail without it. */
  public static final SettingKey<Boolean> REQUIRE_DOCKER = flag("freeport.require.docker", false);

  private SettingKeys() {}

  private static SettingKey<@Nullable String> text(String name) {
    return listed(SettingKey.text(name));
  }

  private static SettingKey<Integer> number(String name, int defaultValue, int lowest) {
    return listed(SettingKey.number(name, defaultValue, lowest));
  }

  private static SettingKey<Duration> duration(String name, Duration defaultValue) {
    return listed(SettingKey.duration(name, defaultValue));
  }

  private static SettingKey<Boolean> flag(String name, boolean defaultValue) {
    return listed(SettingKey.flag(name, defaultValue));
  }

  private static SettingKey<List<PortRange>> ranges(String name) {
    return listed(SettingKey.ranges(name));
  }

  private static <T extends @Nullable Object> SettingKey<T> listed(SettingKey<T> key) {
    ALL.add(key.name());
    return key;
  }

  static boolean isKnown(String key) {
    return ALL.contains(key)
        || key.startsWith(SERVICES)
        || key.startsWith(PORT)
        || key.equals(VERSION);
  }

  /**
   * Returns what to say about the unknown keys of a source.
   *
   * @throws IllegalArgumentException if it has one and is strict
   */
  static List<String> unknown(SettingsSource source) {
    List<String> unknown = new ArrayList<>();
    for (String key : new TreeSet<>(source.keys())) {
      if (key.startsWith(PREFIX) && !isKnown(key)) {
        if (source.isStrict()) {
          check(key, source.origin(key));
        } else {
          unknown.add(unknown(key, source.origin(key)));
        }
      }
    }
    return unknown;
  }

  static void check(String key, String origin) {
    if (!isKnown(key)) {
      throw new IllegalArgumentException(
          unknown(key, origin) + " All of them: " + String.join(", ", ALL) + ".");
    }
  }

  private static String unknown(String key, String origin) {
    return "There is no setting "
        + PrintableText.line(key + " (" + origin + ")")
        + ". Did you mean "
        + nearest(key, ALL).orElseThrow()
        + "?";
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
