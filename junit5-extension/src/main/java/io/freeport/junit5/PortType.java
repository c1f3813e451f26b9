package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortBlock;
import io.freeport.PortState;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The type of an injection point, and how it is made of ports.
 *
 * <p>Bare numbers and addresses cannot be offered later, so their ports are offered at once.
 */
final class PortType {

  /** The scheme of those who name none. */
  private static final String HTTP = "http";

  private final Type type;
  private final FreePortExtension.@Nullable Converter<?> converter;

  private PortType(Type type, FreePortExtension.@Nullable Converter<?> converter) {
    this.type = type;
    this.converter = converter;
  }

  /** A converter takes precedence over what FreePort can do by itself. */
  static PortType of(InjectionPoint point, ExtensionContext context) {
    Type type = point.type();
    FreePortExtension.Converter<?> converter =
        type instanceof Class<?> raw
            ? RegisteredExtensions.of(context, point.instance()).converter(raw)
            : null;
    PortType result = new PortType(type, converter);
    if (converter == null && !result.isForOne() && !result.isForSeveral()) {
      throw point.error(
          "must be of type int, java.lang.Integer, io.freeport.HeldPort, java.net.InetSocketAddress, java.net.URI, int[],"
              + " java.util.List<java.lang.Integer>, java.util.List<io.freeport.HeldPort> or io.freeport.PortBlock but was: "
              + type.getTypeName()
              + ". For a type of your own, register a FreePortExtension with a converter.");
    }
    if (!point.annotation().scheme().equals(HTTP) && type != URI.class) {
      throw point.error(
          "has a scheme, which only a java.net.URI shows, but its type is "
              + type.getTypeName()
              + ". Leave out the scheme, or use a URI.");
    }
    if (point.annotation().count() > 1 && !result.isForSeveral()) {
      throw point.error(
          "asks for "
              + point.annotation().count()
              + " ports, but its type is for one. Use int[], List<Integer>, List<HeldPort> or PortBlock.");
    }
    return result;
  }

  private boolean isForOne() {
    return converter != null || isNumber() || isAddress() || type == HeldPort.class;
  }

  private boolean isForSeveral() {
    return converter == null
        && (type == int[].class
            || type == PortBlock.class
            || isListOf(Integer.class)
            || isListOf(HeldPort.class));
  }

  private boolean isOffered() {
    return converter == null
        && (isNumber() || isAddress() || type == int[].class || isListOf(Integer.class));
  }

  private boolean isNumber() {
    return type == int.class || type == Integer.class;
  }

  private boolean isAddress() {
    return type == InetSocketAddress.class || type == URI.class;
  }

  private boolean isListOf(Class<?> element) {
    return type instanceof ParameterizedType list
        && list.getRawType() == List.class
        && list.getActualTypeArguments()[0] == element;
  }

  /** Returns the value for a point, and offers its ports if nobody can do so later. */
  Object valueOf(List<HeldPort> ports, InjectionPoint point) {
    if (ports.size() > 1 && !isForSeveral()) {
      throw point.error(
          "is for one port, but there are "
              + ports.size()
              + ". Take them as int[], List<Integer>, List<HeldPort> or PortBlock.");
    }
    for (HeldPort port : ports) {
      if (port.state() == PortState.RELEASED) {
        throw point.error(
            "gets "
                + port
                + ", which somebody closed. Leave that to its scope, or use a name of its own.");
      }
    }
    if (isOffered()) {
      offer(ports);
    }
    return isForSeveral() ? several(ports, point) : one(ports.get(0), point);
  }

  /** Some may be in use already: a container has the port of the same name. */
  private static void offer(List<HeldPort> ports) {
    for (HeldPort port : ports) {
      if (port.state() == PortState.HELD) {
        port.offer();
      }
    }
  }

  private Object one(HeldPort port, InjectionPoint point) {
    if (converter != null) {
      return converter.convert(port);
    }
    if (isNumber()) {
      return port.number();
    }
    if (type == InetSocketAddress.class) {
      return port.socketAddress();
    }
    return type == URI.class ? uri(port.socketAddress(), point) : port;
  }

  private Object several(List<HeldPort> ports, InjectionPoint point) {
    if (type == PortBlock.class) {
      return block(ports, point);
    }
    if (isListOf(HeldPort.class)) {
      return ports;
    }
    List<Integer> numbers = new ArrayList<>();
    for (HeldPort port : ports) {
      numbers.add(port.number());
    }
    return type == int[].class
        ? numbers.stream().mapToInt(Integer::intValue).toArray()
        : List.copyOf(numbers);
  }

  private static PortBlock block(List<HeldPort> ports, InjectionPoint point) {
    try {
      return PortBlock.of(ports);
    } catch (IllegalArgumentException e) {
      throw point.error(
          "gets ports that were asked for elsewhere, under the same name. " + e.getMessage());
    }
  }

  private static URI uri(InetSocketAddress address, InjectionPoint point) {
    String scheme = point.annotation().scheme();
    try {
      return new URI(
          scheme, null, address.getAddress().getHostAddress(), address.getPort(), null, null, null);
    } catch (URISyntaxException e) {
      throw point.error("has an invalid scheme: \"" + scheme + "\". Expected a word such as http.");
    }
  }
}
