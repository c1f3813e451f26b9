package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortBlock;
import io.freeport.PortRequest;
import io.freeport.PortState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** What the generated test classes were given. */
public final class Seen {

  private static final List<Integer> NUMBERS = new ArrayList<>();

  private Seen() {}

  static void clear() {
    NUMBERS.clear();
  }

  static Collection<Integer> numbers() {
    return new TreeSet<>(NUMBERS);
  }

  /** How often something was given. */
  static int times() {
    return NUMBERS.size();
  }

  /** Checks that a value is ports that can be used as their type says. */
  public static void given(Object value) {
    if (value instanceof Integer number) {
      listenOn(number);
    } else if (value instanceof HeldPort port) {
      use(port);
    } else if (value instanceof InetSocketAddress address) {
      require(address.getAddress().isLoopbackAddress(), address);
      listenOn(address.getPort());
    } else if (value instanceof URI uri) {
      require(uri.toString().matches("http://(127\\.0\\.0\\.1|\\[.*1]):\\d+"), uri);
      listenOn(uri.getPort());
    } else if (value instanceof int[] numbers) {
      require(numbers.length == 3, numbers.length);
      Arrays.stream(numbers).forEach(Seen::listenOn);
    } else if (value instanceof PortBlock block) {
      require(block.range().size() == 3, block);
      block.forEach(Seen::use);
    } else if (value instanceof List<?> list) {
      require(list.size() == 3, list);
      list.forEach(Seen::given);
    } else {
      throw new AssertionError("Not a port: " + value);
    }
  }

  private static void use(HeldPort port) {
    require(port.state() == PortState.HELD || port.state() == PortState.OFFERED, port);
    port.offer();
    listenOn(port.number());
  }

  private static void listenOn(int number) {
    try (ServerSocket server = new ServerSocket(number)) {
      require(server.getLocalPort() == number, server);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen on " + number, e);
    }
    NUMBERS.add(number);
  }

  private static void require(boolean condition, Object what) {
    if (!condition) {
      throw new AssertionError("Not as expected: " + what);
    }
  }

  /** Fails if anybody still holds one of the ports that were given. */
  static void requireReleased() {
    try (PortAllocator allocator = PortAllocator.create()) {
      numbers()
          .forEach(
              number ->
                  allocator.hold(PortRequest.named("released").preferred(number).strict().build()));
    }
  }
}
