package io.freeport.cli.terminal;

import java.util.Locale;

/** How text and JSON spell the constants of an enum. */
public final class EnumNames {

  private EnumNames() {}

  /** Returns the name in lower case, with its underscores. */
  public static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
