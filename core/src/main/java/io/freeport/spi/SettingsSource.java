package io.freeport.spi;

import io.freeport.internal.settings.Settings;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A place where {@link Settings} are looked for, beside the system properties and the environment.
 * It is found by {@link java.util.ServiceLoader}.
 *
 * <p>All methods may be called from any thread. The values may change while the JVM runs; who has
 * read one already keeps it.
 *
 * @since 0.1.0
 */
public interface SettingsSource {

  /** The rank of the system properties. */
  int SYSTEM_PROPERTIES = 200;

  /** The rank of the environment. */
  int ENVIRONMENT = 100;

  /**
   * Returns when this source is asked: the one with the higher rank goes first.
   *
   * @return the rank, see {@link #SYSTEM_PROPERTIES} and {@link #ENVIRONMENT}
   */
  int rank();

  /**
   * Returns this source as it is together with others, for a source whose values depend on other
   * settings.
   *
   * @param higher the sources of higher rank, the highest first
   * @return the source to ask; by default this one
   */
  default SettingsSource after(List<SettingsSource> higher) {
    return this;
  }

  /**
   * Returns which keys it has, so that wrong ones can be told of.
   *
   * @return the keys that start with {@code freeport.}; those of others may be among them
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
   * Says where a value was written, for messages.
   *
   * @param key a key that this source has
   * @return for example {@code environment variable FREEPORT_LEAKS}
   */
  String origin(String key);
}
