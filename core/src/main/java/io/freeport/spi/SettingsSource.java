package io.freeport.spi;

import io.freeport.internal.settings.Settings;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A place where {@link Settings} are written, beside the system properties and the environment.
 * {@link java.util.ServiceLoader} finds it.
 *
 * <p>All methods may be called from any thread. Values may change while the JVM runs. Code that has
 * read a value keeps it.
 *
 * @since 0.1.0
 */
public interface SettingsSource {

  /** The rank of the system properties. */
  int SYSTEM_PROPERTIES = 200;

  /** The rank of the environment. */
  int ENVIRONMENT = 100;

  /**
   * Returns the rank of this source: sources with a higher rank are asked first.
   *
   * @return the rank, see {@link #SYSTEM_PROPERTIES} and {@link #ENVIRONMENT}
   */
  int rank();

  /**
   * Returns this source as it is together with others, for a source whose values depend on other
   * settings. For example, a file has a section for each {@code freeport.environment}. Called each
   * time settings are put together.
   *
   * @param higher the sources of higher rank, the highest first
   * @return the source to ask; by default this one
   */
  default SettingsSource after(List<SettingsSource> higher) {
    return this;
  }

  /**
   * Returns whether this source belongs to FreePort's users alone, as a file does. Unknown keys and
   * empty values are errors there. Other programs also set environment variables and system
   * properties: there an unknown key is a warning, and an empty value is no value.
   *
   * @return true by default
   */
  default boolean isStrict() {
    return true;
  }

  /**
   * Returns the keys of this source.
   *
   * @return the keys that start with {@code freeport.}; other keys are ignored
   */
  Set<String> keys();

  /**
   * Returns a value.
   *
   * @param key the whole key, for example {@code freeport.leaks}
   * @return the value as it was written; null if the source has none
   */
  @Nullable String get(String key);

  /**
   * Returns where a value was written, for messages.
   *
   * @param key a key that this source has
   * @return for example {@code environment variable FREEPORT_LEAKS}
   */
  String origin(String key);
}
