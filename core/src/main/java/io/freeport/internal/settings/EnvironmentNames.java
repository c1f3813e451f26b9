package io.freeport.internal.settings;

import java.util.Locale;

/**
 * How names are spelled in the environment: in capitals, with underscores for everything that
 * separates words.
 */
public final class EnvironmentNames {

  private EnvironmentNames() {}

  /**
   * Returns the environment variable of a key or another name.
   *
   * @param name for example {@code freeport.leaks} or {@code my-service}
   * @return for example {@code FREEPORT_LEAKS} or {@code MY_SERVICE}
   */
  public static String variable(String name) {
    return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /**
   * Returns the key of an environment variable, with a dot for each underscore.
   *
   * @param variable for example {@code FREEPORT_LEAKS}
   * @return for example {@code freeport.leaks}
   */
  public static String key(String variable) {
    return variable.toLowerCase(Locale.ROOT).replace('_', '.');
  }
}
