package io.freeport.internal.settings;

import io.freeport.spi.SettingsSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value that a program sets for its own use of FreePort. It wins over all other sources.
 *
 * @param key the whole key
 */
record ProgramSource(String key, String value) implements SettingsSource {

  @Override
  public int rank() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Set<String> keys() {
    return Set.of(key);
  }

  @Override
  public @Nullable String get(String other) {
    return other.equals(key) ? value : null;
  }

  @Override
  public String origin(String other) {
    return "the program";
  }
}
