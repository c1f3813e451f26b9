package io.freeport.internal.settings;

import io.freeport.PortRange;
import io.freeport.spi.SettingsSource;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is configured for this JVM.
 *
 * <p>Every key starts with {@code freeport.}. A value is looked for, in this order, among JUnit's
 * configuration parameters while JUnit runs tests (with {@code freeport-junit5}), the system
 * properties, and the environment, in which keys are in capitals with underscores: {@code
 * freeport.leaks} is {@code FREEPORT_LEAKS}. Any module may add a {@link SettingsSource}.
 *
 * <p>A key that FreePort does not know is an error, and so is a value that cannot be meant.
 *
 * <p>Settings are immutable but their sources are not: each read asks them anew, from any thread.
 *
 * @since 0.1.0
 */
public final class Settings {

  private final List<SettingsSource> sources;

  private Settings(List<SettingsSource> sources) {
    this.sources = sources;
  }

  /** Services do not come and go while a JVM runs. */
  private static final class OfServices {
    static final List<SettingsSource> SOURCES = new ArrayList<>();

    static {
      for (SettingsSource source :
          ServiceLoader.load(SettingsSource.class, SettingsSource.class.getClassLoader())) {
        SOURCES.add(source);
      }
    }
  }

  /**
   * Returns the settings of this JVM.
   *
   * @return settings from all sources
   * @throws IllegalArgumentException if a source has a key under {@code freeport.} that does not
   *     exist
   */
  public static Settings ofThisJvm() {
    List<SettingsSource> all = new ArrayList<>(OfServices.SOURCES);
    all.add(new PropertiesSource(System.getProperties()));
    all.add(new EnvironmentSource(System.getenv()));
    return of(all);
  }

  /**
   * Returns the settings of the system properties and the environment alone, whatever files say.
   *
   * @return settings from these two sources
   * @throws IllegalArgumentException if a source has a key under {@code freeport.} that does not
   *     exist
   */
  public static Settings ofProcess() {
    return of(
        List.of(
            new PropertiesSource(System.getProperties()), new EnvironmentSource(System.getenv())));
  }

  /**
   * That every JVM with FreePort on its class path comes here is why there are loops, and neither
   * streams nor lambdas, each of which takes longer to be linked than all of this.
   */
  public static Settings of(List<SettingsSource> sources) {
    List<SettingsSource> byRank = new ArrayList<>();
    for (SettingsSource source : sources) {
      SettingKeys.check(source);
      int index = byRank.size();
      while (index > 0 && byRank.get(index - 1).rank() < source.rank()) {
        index--;
      }
      byRank.add(index, source);
    }
    return new Settings(byRank);
  }

  /**
   * Returns which keys there are, of all modules.
   *
   * @return whole keys, such as {@code freeport.leaks}
   */
  public static List<String> keys() {
    return SettingKeys.ALL;
  }

  /**
   * Returns what somebody may have meant who made a typing error, for messages.
   *
   * @param written what was written
   * @param known what could have been written
   * @return the one that takes the fewest changes; empty if nothing is known
   */
  public static Optional<String> nearest(String written, Collection<String> known) {
    return SettingKeys.nearest(written, known);
  }

  /**
   * Returns these settings with a further source.
   *
   * @param source is asked in the order of its rank; before others of the same rank
   * @return new settings
   * @throws IllegalArgumentException if it has a key under {@code freeport.} that does not exist
   */
  public Settings with(SettingsSource source) {
    List<SettingsSource> all = new ArrayList<>();
    all.add(source);
    all.addAll(sources);
    return of(all);
  }

  /**
   * Returns what is written for a key.
   *
   * @param key the whole key, for example {@code freeport.leaks}
   * @return the value of the first source that has one, without blanks around it; null if none has
   * @throws IllegalArgumentException if there is no such key
   */
  public @Nullable String text(String key) {
    SettingKeys.check(key, "the program");
    SettingsSource source = sourceOf(key);
    String value = source == null ? null : source.get(key);
    return value == null ? null : value.strip();
  }

  /**
   * Returns one of the values of an enum.
   *
   * @param key the whole key
   * @param otherwise what it is if no source has a value
   * @param <E> its constants are written in lower case, with hyphens
   * @return the value
   * @throws IllegalArgumentException if the value is none of them
   */
  public <E extends Enum<E>> E choice(String key, E otherwise) {
    E chosen = choiceOr(key, otherwise.getDeclaringClass(), "");
    return chosen == null ? otherwise : chosen;
  }

  /** Returns null also if the value is {@code noChoice}, if that is not empty. */
  public <E extends Enum<E>> @Nullable E choiceOr(String key, Class<E> type, String noChoice) {
    String value = text(key);
    if (value == null || value.equals(noChoice)) {
      return null;
    }
    StringJoiner expected = new StringJoiner(", ");
    if (!noChoice.isEmpty()) {
      expected.add(noChoice);
    }
    for (E constant : type.getEnumConstants()) {
      String written = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (written.equals(value)) {
        return constant;
      }
      expected.add(written);
    }
    throw bad(key, value, expected.toString().replaceFirst(", ([^,]*)$", " or $1"));
  }

  /**
   * Returns a time.
   *
   * @param key the whole key
   * @param otherwise what it is if no source has a value
   * @return the time, not negative
   * @throws IllegalArgumentException if the value is not as {@code 10s}, {@code 0.5s} or {@code
   *     1m30s}
   */
  public Duration duration(String key, Duration otherwise) {
    String value = text(key);
    if (value == null) {
      return otherwise;
    }
    try {
      Duration duration = Duration.parse("PT" + value);
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // said below
    }
    throw bad(key, value, "a time such as 10s, 0.5s or 1m30s");
  }

  /**
   * Returns a whole number.
   *
   * @param key the whole key
   * @param otherwise what it is if no source has a value
   * @param lowest the lowest number that makes sense
   * @return the number
   * @throws IllegalArgumentException if the value is not a whole number, or too low
   */
  public int number(String key, int otherwise, int lowest) {
    String value = text(key);
    if (value == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= lowest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw bad(key, value, "a whole number, " + lowest + " or more");
  }

  /**
   * Returns ranges of ports.
   *
   * @param key the whole key
   * @return the ranges, written as {@code 10000-19999, 30000}; empty if no source has a value
   * @throws IllegalArgumentException if the value is not written so
   */
  public List<PortRange> ranges(String key) {
    String value = text(key);
    if (value == null || value.isEmpty()) {
      return List.of();
    }
    try {
      return Stream.of(value.split(",")).map(PortRange::parse).toList();
    } catch (IllegalArgumentException e) {
      throw bad(key, value, "ports and ranges such as 10000-19999, 30000");
    }
  }

  /**
   * Returns whether something is switched on.
   *
   * @param key the whole key
   * @param otherwise what it is if no source has a value
   * @return whether it is on
   * @throws IllegalArgumentException if the value is not {@code true} or {@code false}
   */
  public boolean flag(String key, boolean otherwise) {
    String value = text(key);
    if (value == null) {
      return otherwise;
    }
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad(key, value, "true or false");
    };
  }

  /**
   * Returns an exception for a value that cannot be meant, with where it was written.
   *
   * @param key the whole key
   * @param value what is written there
   * @param expected what could be written there, for example {@code true or false}
   * @return the exception, to be thrown
   */
  public IllegalArgumentException bad(String key, String value, String expected) {
    SettingsSource source = sourceOf(key);
    return new IllegalArgumentException(
        "Bad value for "
            + key
            + (source == null ? "" : " (" + source.origin(key) + ")")
            + ": \""
            + value
            + "\". Expected "
            + expected
            + ".");
  }

  private @Nullable SettingsSource sourceOf(String key) {
    for (SettingsSource source : sources) {
      if (source.get(key) != null) {
        return source;
      }
    }
    return null;
  }
}
