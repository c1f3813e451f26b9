package io.freeport.cli.terminal;

import io.freeport.docker.internal.EngineAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code unix:///var/run/docker.sock} and {@code tcp://localhost:2375}. */
public final class EngineConverter implements ITypeConverter<EngineAddress> {

  @Override
  public EngineAddress convert(String value) {
    try {
      return EngineAddress.at(value, "--engine");
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
