package io.freeport.cli.run;

import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.Protocol;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A port as {@code --port} asks for it: {@code web}, {@code web=8000,8001-8003}, {@code dns/udp}.
 *
 * @param name how the command refers to it
 * @param request what is wanted
 */
record PortSpec(String name, PortRequest request) {

  private static final String EXPECTED =
      "Expected a name, and perhaps ports: web, web=8000, web=8000,8001-8003 or dns/udp=5353.";

  private static final Pattern WRITTEN =
      Pattern.compile("([A-Za-z][A-Za-z0-9_-]*)(?:/([a-z+]*))?(?:=(.*))?");

  /** Reads a port from the command line. */
  static final class Converter implements ITypeConverter<PortSpec> {

    @Override
    public PortSpec convert(String value) {
      return parse(value);
    }
  }

  static PortSpec parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) {
      throw bad(text, "");
    }
    PortRequest.Builder request =
        PortRequest.named(matcher.group(1)).protocol(protocol(matcher.group(2), text));
    if (matcher.group(3) != null) {
      addPorts(request, matcher.group(3), text);
    }
    try {
      return new PortSpec(matcher.group(1), request.build());
    } catch (IllegalArgumentException e) {
      throw bad(text, e.getMessage() + " ");
    }
  }

  private static Protocol protocol(@Nullable String written, String text) {
    return switch (written == null ? "tcp" : written) {
      case "tcp" -> Protocol.TCP;
      case "udp" -> Protocol.UDP;
      case "tcp+udp" -> Protocol.TCP_AND_UDP;
      default -> throw bad(text, "The protocol is tcp, udp or tcp+udp. ");
    };
  }

  /** The first number is the preferred one; further ones are tried then, and ranges at last. */
  private static void addPorts(PortRequest.Builder request, String written, String text) {
    boolean preferred = false;
    for (String item : written.split(",", -1)) {
      PortRange range;
      try {
        range = PortRange.parse(item);
      } catch (IllegalArgumentException e) {
        throw bad(text, e.getMessage() + " ");
      }
      if (item.contains("-")) {
        request.range(range.first(), range.last());
      } else if (preferred) {
        request.fallback(range.first());
      } else {
        request.preferred(range.first());
        preferred = true;
      }
    }
  }

  private static TypeConversionException bad(String text, String problem) {
    return new TypeConversionException("\"" + text + "\" is not a port. " + problem + EXPECTED);
  }
}
