package io.freeport;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be configured for a JVM, by system properties or, with capitals and underscores, by
 * environment variables: {@code freeport.handoff} or {@code FREEPORT_HANDOFF}. A property goes
 * before a variable.
 *
 * @param handoff forces a mode; null to have it probed
 * @param handoffTimeout how long {@link PortAllocator#startOn} waits for a consumer
 * @param retries how often {@link PortAllocator#startOn} tries again with another number
 * @param leaks what to do about consumers that outlive their port
 */
record Settings(
    @Nullable HandoffMode handoff, Duration handoffTimeout, int retries, LeakPolicy leaks) {

  static final String HANDOFF = "freeport.handoff";
  static final String HANDOFF_TIMEOUT = "freeport.handoff.timeout";
  static final String RETRIES = "freeport.retries";
  static final String LEAKS = "freeport.leaks";

  /** Where values come from. */
  interface Lookup {
    @Nullable String get(String key);
  }

  static Settings ofThisJvm() {
    return read(System::getProperty, System.getenv());
  }

  static Settings read(Lookup properties, Map<String, String> environment) {
    Lookup value =
        key -> {
          String property = properties.get(key);
          return property != null
              ? property
              : environment.get(key.toUpperCase(Locale.ROOT).replace('.', '_'));
        };
    return new Settings(
        mode(value.get(HANDOFF)),
        duration(value.get(HANDOFF_TIMEOUT)),
        retries(value.get(RETRIES)),
        leaks(value.get(LEAKS)));
  }

  private static @Nullable HandoffMode mode(@Nullable String value) {
    return value == null || value.equals("auto")
        ? null
        : oneOf(HandoffMode.values(), HANDOFF, value, "auto, shared or close-then-bind");
  }

  private static LeakPolicy leaks(@Nullable String value) {
    return value == null
        ? LeakPolicy.WARN
        : oneOf(LeakPolicy.values(), LEAKS, value, "ignore, warn or fail");
  }

  private static <E extends Enum<E>> E oneOf(
      E[] values, String key, String value, String expected) {
    return Arrays.stream(values)
        .filter(
            candidate -> candidate.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(value))
        .findFirst()
        .orElseThrow(() -> bad(key, value, expected));
  }

  private static Duration duration(@Nullable String value) {
    if (value == null) {
      return Duration.ofSeconds(10);
    }
    try {
      Duration duration = Duration.parse("PT" + value);
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // said below
    }
    throw bad(HANDOFF_TIMEOUT, value, "a time such as 10s, 0.5s or 1m30s");
  }

  private static int retries(@Nullable String value) {
    if (value == null) {
      return 5;
    }
    try {
      int retries = Integer.parseInt(value);
      if (retries >= 0) {
        return retries;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw bad(RETRIES, value, "a whole number, 0 or more");
  }

  private static IllegalArgumentException bad(String key, String value, String expected) {
    return new IllegalArgumentException(
        "Bad value for "
            + key
            + " ("
            + key.toUpperCase(Locale.ROOT).replace('.', '_')
            + "): \""
            + value
            + "\". Expected "
            + expected
            + ".");
  }
}
