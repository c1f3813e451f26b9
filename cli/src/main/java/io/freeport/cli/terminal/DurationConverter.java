package io.freeport.cli.terminal;

import io.freeport.internal.settings.Values;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 10s}, {@code 1m30s}, {@code 2h} and {@code 3d}; never zero. */
public final class DurationConverter implements ITypeConverter<Duration> {

  @Override
  public Duration convert(String value) {
    Duration duration = Values.duration(value.strip());
    if (duration == null || duration.isZero()) {
      throw new TypeConversionException(
          "expected a time such as 10s, 1m30s, 2h or 3d, but was \"" + value + "\"");
    }
    return duration;
  }
}
