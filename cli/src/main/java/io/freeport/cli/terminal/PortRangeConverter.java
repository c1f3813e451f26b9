package io.freeport.cli.terminal;

import io.freeport.PortRange;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 5432} and {@code 8000-8010}. */
public final class PortRangeConverter implements ITypeConverter<PortRange> {

  @Override
  public PortRange convert(String value) {
    try {
      return PortRange.parse(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
