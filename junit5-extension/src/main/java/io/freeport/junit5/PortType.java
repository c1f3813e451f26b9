package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortState;

/** The types in which a port can be had. */
final class PortType {

  private PortType() {}

  static boolean isSupported(Class<?> type) {
    return type == int.class || type == Integer.class || type == HeldPort.class;
  }

  static String unsupported(String place, Class<?> type) {
    return "@FreePort "
        + place
        + " must be of type int, java.lang.Integer or io.freeport.HeldPort but was: "
        + type.getTypeName();
  }

  /** A bare number leaves no way to offer the port later, so it is offered at once. */
  static Object valueOf(HeldPort port, Class<?> type) {
    if (type == HeldPort.class) {
      return port;
    }
    if (port.state()
        == PortState.HELD) { // else a container may have it by now, under the same name
      port.offer();
    }
    return port.number();
  }
}
