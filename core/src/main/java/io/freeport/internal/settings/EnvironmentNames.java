package io.freeport.internal.settings;

import java.util.Locale;

/**
 * How names are spelled in the environment: in capitals, with an underscore for everything that is
 * neither a letter nor a digit.
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
    StringBuilder variable = new StringBuilder(name.toUpperCase(Locale.ROOT));
    for (int i = 0; i < variable.length(); i++) {
      char letter = variable.charAt(i);
      if ((letter < 'A' || letter > 'Z') && (letter < '0' || letter > '9')) {
        variable.setCharAt(i, '_');
      }
    }
    return variable.toString();
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
