package io.freeport.internal.settings;

import io.freeport.spi.SettingsSource;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The system properties. */
public record PropertiesSource(Properties properties) implements SettingsSource {

  @Override
  public int rank() {
    return SYSTEM_PROPERTIES;
  }

  @Override
  public Set<String> keys() {
    return properties.stringPropertyNames();
  }

  @Override
  public boolean isStrict() {
    return false;
  }

  @Override
  public @Nullable String get(String key) {
    return properties.getProperty(key);
  }

  @Override
  public String origin(String key) {
    return "system property";
  }
}
