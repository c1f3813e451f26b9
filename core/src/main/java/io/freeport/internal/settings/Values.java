package io.freeport.internal.settings;

import io.freeport.PortRange;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How values are written: in settings, in plans and on the command line. All methods return null
 * for a text that is no such value, so that the caller can say where it was written and what was
 * expected.
 */
public final class Values {

  private Values() {}

  /**
   * Reads a duration such as {@code 10s}, {@code 0.5s}, {@code 1m30s}, {@code 2h} or {@code 3d}.
   */
  public static @Nullable Duration duration(String text) {
    String written = text.toUpperCase(Locale.ROOT);
    try {
      Duration duration = Duration.parse((written.matches("[0-9]+D") ? "P" : "PT") + written);
      return duration.isNegative() ? null : duration;
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** Reads a whole number. */
  public static @Nullable Integer number(String text, int lowest, int highest) {
    try {
      int number = Integer.parseInt(text);
      return number < lowest || number > highest ? null : number;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Reads {@code true} or {@code false}. */
  public static @Nullable Boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> null;
    };
  }

  /** Reads ports and ranges, separated by commas. Nothing at all is an empty list. */
  public static @Nullable List<PortRange> ranges(String text) {
    List<PortRange> ranges = new ArrayList<>();
    try {
      for (String range : text.isEmpty() ? new String[0] : text.split(",")) {
        ranges.add(PortRange.parse(range));
      }
      return List.copyOf(ranges);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Reads a constant of an enum, written as {@link #nameOf} does. */
  public static <E extends Enum<E>> @Nullable E choice(Class<E> type, String text) {
    for (E constant : type.getEnumConstants()) {
      if (nameOf(constant).equals(text)) {
        return constant;
      }
    }
    return null;
  }

  /** Returns how all constants of an enum are written, in their order. */
  public static List<String> choices(Class<? extends Enum<?>> type) {
    List<String> names = new ArrayList<>();
    for (Enum<?> constant : type.getEnumConstants()) {
      names.add(nameOf(constant));
    }
    return names;
  }

  /** Returns how a constant is written: in lower case, with hyphens. */
  public static String nameOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
