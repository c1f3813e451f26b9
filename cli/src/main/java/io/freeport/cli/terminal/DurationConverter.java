package io.freeport.cli.terminal;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 10s}, {@code 1m30s}, {@code 2h} and {@code 3d}; never zero. */
public final class DurationConverter implements ITypeConverter<Duration> {

  @Override
  public Duration convert(String value) {
    String text = value.strip().toLowerCase(Locale.ROOT);
    try {
      Duration duration = Duration.parse(text.matches("[0-9]+d") ? "P" + text : "PT" + text);
      if (!duration.isNegative() && !duration.isZero()) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // said below
    }
    throw new TypeConversionException(
        "expected a time such as 10s, 1m30s, 2h or 3d, but was \"" + value + "\"");
  }
}
