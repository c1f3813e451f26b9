package io.freeport.junit5;

import io.freeport.HeldPort;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The ports that a {@link FreePortExtension} of the test defines. */
final class ExtensionPorts implements PortSource {

  @Override
  public @Nullable List<HeldPort> portsFor(InjectionPoint point, ExtensionContext context) {
    FreePortExtension extension =
        RegisteredExtensions.of(context, point.instance()).defining(point.name());
    if (extension == null) {
      return null;
    }
    if (!PortAttributes.isPlain(point.annotation())) {
      throw point.error(
          "says what \""
              + point.name()
              + "\" is to be like, but a FreePortExtension defines it. Say it in one of the two.");
    }
    extension.useIn(context); // JUnit may tell it of this context only later
    List<HeldPort> ports =
        extension.ports(point.name(), () -> PortUsages.numbersOfTest(context, point.instance()));
    PortUsages.add(context, ports, point);
    point.report(ports, context);
    return ports;
  }
}
