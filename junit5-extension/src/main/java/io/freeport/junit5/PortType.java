package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortBlock;
import io.freeport.PortState;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The types in which ports can be had.
 *
 * @param isOffered whether the port is offered at once. A bare number leaves no way to offer it
 *     later.
 * @param isForSeveral whether there may be more than one port
 * @param convert makes the value
 */
record PortType(
    boolean isOffered, boolean isForSeveral, BiFunction<List<HeldPort>, Place, Object> convert) {

  private static final PortType HELD_PORTS = new PortType(false, true, (ports, place) -> ports);
  private static final PortType NUMBERS =
      new PortType(true, true, (ports, place) -> ports.stream().map(HeldPort::number).toList());

  private static final Map<Type, PortType> BUILT_IN =
      Map.of(
          int.class, one(true, (port, place) -> port.number()),
          Integer.class, one(true, (port, place) -> port.number()),
          HeldPort.class, one(false, (port, place) -> port),
          InetSocketAddress.class, one(true, (port, place) -> port.socketAddress()),
          URI.class, one(true, PortType::uri),
          int[].class,
              new PortType(
                  true,
                  true,
                  (ports, place) -> ports.stream().mapToInt(HeldPort::number).toArray()),
          PortBlock.class, new PortType(false, true, PortType::block));

  static PortType of(Place place, ProgrammedPorts programmed) {
    PortType type =
        place.type() instanceof Class<?> userType
            ? programmed.converter(userType).map(PortType::converted).orElse(null)
            : null;
    if (type == null) {
      type = builtIn(place.type());
    }
    if (type == null) {
      throw place.error(
          "must be of type int, java.lang.Integer, io.freeport.HeldPort, java.net.InetSocketAddress, java.net.URI, int[],"
              + " java.util.List<java.lang.Integer>, java.util.List<io.freeport.HeldPort> or io.freeport.PortBlock but was: "
              + place.type().getTypeName()
              + ". For a type of your own, register a FreePortExtension with a converter.");
    }
    return type;
  }

  private static @Nullable PortType builtIn(Type type) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      Type element = list.getActualTypeArguments()[0];
      return element == HeldPort.class ? HELD_PORTS : element == Integer.class ? NUMBERS : null;
    }
    return BUILT_IN.get(type);
  }

  private static PortType one(boolean isOffered, BiFunction<HeldPort, Place, Object> convert) {
    return new PortType(isOffered, false, (ports, place) -> convert.apply(ports.get(0), place));
  }

  private static PortType converted(FreePortExtension.Converter<?> converter) {
    return one(false, (port, place) -> converter.convert(port));
  }

  Object valueOf(List<HeldPort> ports, Place place) {
    if (!isForSeveral && ports.size() > 1) {
      throw place.error(
          "is for one port, but there are "
              + ports.size()
              + ". Take them as int[], List<Integer>, List<HeldPort> or PortBlock.");
    }
    ports.stream()
        .filter(port -> port.state() == PortState.RELEASED)
        .findFirst()
        .ifPresent(
            port -> {
              throw place.error(
                  "gets "
                      + port
                      + ", which somebody closed. Leave that to its scope, or use a name of its own.");
            });
    if (isOffered) {
      // Others may be taken by now: a container has the port, under the same name.
      ports.stream().filter(port -> port.state() == PortState.HELD).forEach(HeldPort::offer);
    }
    return convert.apply(ports, place);
  }

  private static PortBlock block(List<HeldPort> ports, Place place) {
    try {
      return PortBlock.of(ports);
    } catch (IllegalArgumentException e) {
      throw place.error(
          "gets ports that were asked for elsewhere, under the same name. " + e.getMessage());
    }
  }

  private static URI uri(HeldPort port, Place place) {
    InetSocketAddress address = port.socketAddress();
    try {
      return new URI(
          place.annotation().scheme(),
          null,
          address.getAddress().getHostAddress(),
          address.getPort(),
          null,
          null,
          null);
    } catch (URISyntaxException e) {
      throw place.error(
          "has a scheme that is none: \""
              + place.annotation().scheme()
              + "\". Expected a word such as http.");
    }
  }
}
