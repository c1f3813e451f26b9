package io.freeport.diagnosis;

import java.net.InetAddress;

/** Writes addresses as the tools of operating systems do. */
final class SocketAddressText {

  private SocketAddressText() {}

  static String of(InetAddress address, int port) {
    String host = address.getHostAddress();
    return (host.contains(":") ? "[" + shortened(host) + "]" : host) + ":" + port;
  }

  /** Java writes all eight groups of an IPv6 address. */
  private static String shortened(String host) {
    return host.replaceFirst("(^|:)0(:0)+(:|$)", "::");
  }
}
