package io.freeport.junit5;

import io.freeport.spi.SettingsSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes JUnit's configuration parameters settings of FreePort, wherever in this JVM they are read
 * while tests run. Found by {@link java.util.ServiceLoader}; there is nothing to call.
 *
 * @since 0.1.0
 */
public final class SessionSettings implements SettingsSource {

  /** Creates the source, for {@link java.util.ServiceLoader}. */
  public SessionSettings() {}

  @Override
  public int rank() {
    return SYSTEM_PROPERTIES + 100;
  }

  @Override
  public Set<String> keys() {
    SettingsSource parameters = Session.ofThisJvm().parameters();
    return parameters == null ? Set.of() : parameters.keys();
  }

  @Override
  public @Nullable String get(String key) {
    SettingsSource parameters = Session.ofThisJvm().parameters();
    return parameters == null ? null : parameters.get(key);
  }

  @Override
  public String origin(String key) {
    return "JUnit configuration parameter";
  }
}
