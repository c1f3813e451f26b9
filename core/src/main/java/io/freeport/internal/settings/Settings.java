package io.freeport.internal.settings;

import io.freeport.internal.text.PrintableText;
import io.freeport.spi.SettingsSource;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of this JVM.
 *
 * <p>Every key starts with {@code freeport.}. A value is looked for, in this order, among JUnit's
 * configuration parameters while JUnit runs tests (with {@code freeport-junit5}), the system
 * properties, and the environment, in which keys are in capitals with underscores: {@code
 * freeport.leaks} is {@code FREEPORT_LEAKS}. Any module may add a {@link SettingsSource}.
 *
 * <p>Invalid values are errors, and so are unknown keys in files and in JUnit's configuration
 * parameters. Other programs may set unknown system properties and variables that begin with {@code
 * freeport}: these are a warning, once.
 *
 * <p>Settings are immutable but their sources are not: each read asks them anew, from any thread.
 *
 * @since 0.1.0
 */
public final class Settings {

  /** What this JVM has said about unknown keys. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  /** Services do not come and go while a JVM runs. */
  private static final List<SettingsSource> SERVICES = services();

  /** As they were given, by rank. */
  private final List<SettingsSource> given;

  /** As they are together with those of higher rank. */
  private final List<SettingsSource> sources;

  private final List<String> unknown;

  private Settings(List<SettingsSource> given, List<SettingsSource> sources, List<String> unknown) {
    this.given = given;
    this.sources = sources;
    this.unknown = unknown;
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
   * Returns the settings of this JVM. Logs a warning about each unknown key of the system
   * properties and the environment, once.
   *
   * @return settings from all sources
   * @throws IllegalArgumentException if a strict source has a key under {@code freeport.} that does
   *     not exist
   */
  public static Settings ofThisJvm() {
    List<SettingsSource> all = new ArrayList<>(SERVICES);
    all.add(new PropertiesSource(System.getProperties()));
    all.add(new EnvironmentSource(System.getenv()));
    Settings settings = of(all);
    settings.unknown.forEach(Settings::warnOnce);
    return settings;
  }

  /**
   * Logs a warning about an unknown key, unless this JVM has done so before.
   *
   * @param unknown a sentence that names the key, and the key that comes nearest
   */
  public static void warnOnce(String unknown) {
    if (SAID.add(unknown)) {
      System.getLogger(Settings.class.getName())
          .log(Level.WARNING, "{0} If another program uses it, nothing is wrong.", unknown);
    }
  }

  /**
   * Returns the settings of the system properties and the environment alone, whatever files say.
   *
   * @return settings from these two sources
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
   * @throws IllegalArgumentException if a strict source has a key under {@code freeport.} that does
   *     not exist
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
    List<String> unknown = new ArrayList<>();
    for (SettingsSource source : byRank) {
      SettingsSource one = source.after(List.copyOf(settled));
      unknown.addAll(SettingKeys.unknown(one));
      settled.add(one);
    }
    return new Settings(byRank, settled, List.copyOf(unknown));
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
   * Returns whether a key means something, whatever its value is.
   *
   * @param key the whole key, for example {@code freeport.leaks}
   * @return true also for a key that depends on the name of a port or service
   */
  public static boolean isKnown(String key) {
    return SettingKeys.isKnown(key);
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
   * @throws IllegalArgumentException if it is strict, and has a key under {@code freeport.} that
   *     does not exist
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
   * Returns what is to be said about keys that do not exist, of sources that are not strict.
   *
   * @return a sentence for each key; empty if all keys are known
   */
  public List<String> unknown() {
    return unknown;
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
            + PrintableText.line(value)
            + "\". Expected "
            + expected
            + ".");
  }

  private @Nullable SettingsSource sourceOf(String key) {
    for (SettingsSource source : sources) {
      if (hasValue(source, key)) {
        return source;
      }
    }
    return null;
  }

  /** A variable that a CI server could not fill in is empty. */
  private static boolean hasValue(SettingsSource source, String key) {
    String value = source.get(key);
    return value != null && (source.isStrict() || !value.isBlank());
  }
}
