package io.freeport.junit5.internal;

import io.freeport.spi.SettingsSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes JUnit's configuration parameters settings of the whole JVM while a session runs its tests.
 */
public final class SessionSettings implements SettingsSource {

  /** Creates the source, for {@link java.util.ServiceLoader}. */
  public SessionSettings() {}

  @Override
  public int rank() {
    return JUnitParameters.RANK;
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
