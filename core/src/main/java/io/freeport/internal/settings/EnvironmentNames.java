package io.freeport.internal.settings;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How names are spelled in the environment: in capitals, with an underscore for everything that is
 * neither a letter nor a digit.
 */
public final class EnvironmentNames {

  /**
   * What Kubernetes and {@code docker --link} set for a service, and {@code freeport run} and plans
   * for a port. The service may be called {@code freeport}.
   */
  private static final Pattern OF_A_SERVICE =
      Pattern.compile("FREEPORT_(.+_)?(SERVICE_(HOST|PORT(_.+)?)|PORT|URL|NAME|ENV_.+)");

  /** Kubernetes and {@code docker --link} set these for each port of a service. */
  private static final Pattern OF_A_SERVICE_PORT =
      Pattern.compile("FREEPORT_(.+_)?PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");

  private EnvironmentNames() {}

  /**
   * Returns whether a variable is about a service whose name begins with {@code freeport}, unless a
   * setting has exactly this name.
   *
   * @param variable for example {@code FREEPORT_SERVICE_HOST}
   * @return true if it is probably not meant for FreePort
   */
  public static boolean isOfAService(String variable) {
    return OF_A_SERVICE.matcher(variable).matches() || isOfAServicePort(variable);
  }

  /** Returns whether a variable is about a service, also if a setting could have this name. */
  static boolean isOfAServicePort(String variable) {
    return OF_A_SERVICE_PORT.matcher(variable).matches();
  }

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
