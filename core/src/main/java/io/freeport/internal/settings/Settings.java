package io.freeport.internal.settings;

import io.freeport.spi.SettingsSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of this JVM.
 *
 * <p>Every key starts with {@code freeport.}. A value is looked for, in this order, among JUnit's
 * configuration parameters while JUnit runs tests (with {@code freeport-junit5}), the system
 * properties, and the environment, in which keys are in capitals with underscores: {@code
 * freeport.leaks} is {@code FREEPORT_LEAKS}. Any module may add a {@link SettingsSource}.
 *
 * <p>Unknown keys and invalid values are errors.
 *
 * <p>Settings are immutable but their sources are not: each read asks them anew, from any thread.
 *
 * @since 0.1.0
 */
public final class Settings {

  /** Services do not come and go while a JVM runs. */
  private static final List<SettingsSource> SERVICES = services();

  /** As they were given, by rank. */
  private final List<SettingsSource> given;

  /** As they are together with those of higher rank. */
  private final List<SettingsSource> sources;

  private Settings(List<SettingsSource> given, List<SettingsSource> sources) {
    this.given = given;
    this.sources = sources;
  }

  private static List<SettingsSource> services() {
    List<SettingsSource> services = new ArrayList<>();
    for (SettingsSource source :
        ServiceLoader.load(SettingsSource.class, SettingsSource.class.getClassLoader())) {
      services.add(source);
    }
    return services;
  }

  /**
   * Returns the settings of this JVM.
   *
   * @return settings from all sources
   * @throws IllegalArgumentException if a source has a key under {@code freeport.} that does not
   *     exist
   */
  public static Settings ofThisJvm() {
    List<SettingsSource> all = new ArrayList<>(SERVICES);
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
   * Returns the settings of some sources. This runs in every JVM with FreePort on its class path:
   * plain loops, to avoid linking lambdas at start-up.
   *
   * @param sources in any order; they are asked by their rank
   * @throws IllegalArgumentException if a source has a key under {@code freeport.} that does not
   *     exist
   */
  public static Settings of(List<SettingsSource> sources) {
    List<SettingsSource> byRank = new ArrayList<>();
    for (SettingsSource source : sources) {
      int index = byRank.size();
      while (index > 0 && byRank.get(index - 1).rank() < source.rank()) {
        index--;
      }
      byRank.add(index, source);
    }
    List<SettingsSource> settled = new ArrayList<>();
    for (SettingsSource source : byRank) {
      SettingsSource one = source.after(List.copyOf(settled));
      SettingKeys.check(one);
      settled.add(one);
    }
    return new Settings(byRank, settled);
  }

  /**
   * Returns the keys of all modules.
   *
   * @return whole keys, such as {@code freeport.leaks}
   */
  public static List<String> keys() {
    return SettingKeys.ALL;
  }

  /**
   * Returns the known word that comes nearest to a misspelled one, for messages.
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
    all.addAll(given);
    return of(all);
  }

  /**
   * Returns these settings with one value that wins over all sources, for a program that configures
   * its own use of FreePort.
   *
   * @param key a key of a text
   * @param value as sources write it
   * @return new settings
   */
  public Settings with(SettingKey<@Nullable String> key, String value) {
    return with(new ProgramSource(key.name(), value));
  }

  /**
   * Returns where a value is written, for messages.
   *
   * @param key the whole key
   * @return for example {@code environment variable FREEPORT_LEAKS}; empty if no source has a value
   */
  public Optional<String> origin(String key) {
    return Optional.ofNullable(sourceOf(key)).map(source -> source.origin(key));
  }

  /**
   * Returns a value.
   *
   * @param key tells the type and the default
   * @return the value of the first source that has one, or the default
   * @throws IllegalArgumentException if the value is invalid
   */
  public <T extends @Nullable Object> T get(SettingKey<T> key) {
    return get(key, key.defaultValue());
  }

  /**
   * Returns a value, with another default than that of the key.
   *
   * @param key tells the type
   * @param otherwise the default
   * @return the value of the first source that has one, or the default
   * @throws IllegalArgumentException if the value is invalid
   */
  public <T extends @Nullable Object> T get(SettingKey<T> key, T otherwise) {
    String written = text(key.name());
    if (written == null) {
      return otherwise;
    }
    T value = key.parse(written);
    if (value == null) {
      throw bad(key.name(), written, key.expected());
    }
    return value;
  }

  /**
   * Returns a constant of an enum. Enums belong to the rooms that act on them, so the caller names
   * the type.
   *
   * @param key a key of a text
   * @param otherwise the default
   * @param <E> its constants are written in lower case, with hyphens
   * @return the constant that is written, or the default
   * @throws IllegalArgumentException if the value is none of the constants
   */
  public <E extends Enum<E>> E choice(SettingKey<@Nullable String> key, E otherwise) {
    E chosen = choiceOr(key, otherwise.getDeclaringClass(), "");
    return chosen == null ? otherwise : chosen;
  }

  /** Returns null also if the value is {@code noChoice}, if that is not empty. */
  public <E extends Enum<E>> @Nullable E choiceOr(
      SettingKey<@Nullable String> key, Class<E> type, String noChoice) {
    String written = get(key);
    if (written == null || written.equals(noChoice)) {
      return null;
    }
    E chosen = Values.choice(type, written);
    if (chosen == null) {
      String names = String.join(", ", Values.choices(type));
      String expected = noChoice.isEmpty() ? names : noChoice + ", " + names;
      throw bad(key.name(), written, expected.replaceFirst(", ([^,]*)$", " or $1"));
    }
    return chosen;
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
   * Returns the sources, for keys that are not known here, such as those of services.
   *
   * @return the sources, that of the highest rank first
   */
  public List<SettingsSource> sources() {
    return List.copyOf(sources);
  }

  /**
   * Returns an exception for an invalid value, which says where it was written.
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
