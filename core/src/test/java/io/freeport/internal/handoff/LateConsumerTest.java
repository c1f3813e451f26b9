package io.freeport.internal.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortRequest;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LateConsumerTest {

  private static final OwnerRegistry REGISTRY = OwnerRegistry.of(Settings.ofThisJvm());

  private static @Nullable LateConsumer on(int port) {
    return LateConsumer.of(
        PortRequest.any(),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        REGISTRY,
        System.nanoTime());
  }

  @Test
  void isThereWhileItListens() throws IOException {
    try (ServerSocket server = new ServerSocket(0)) {
      assertThat(on(server.getLocalPort())).isNotNull().matches(LateConsumer::isThere);
    }
  }

  @Test
  void nobody() throws IOException {
    int port;
    try (ServerSocket server = new ServerSocket(0)) {
      port = server.getLocalPort();
    }
    assertThat(on(port)).isNull();
  }

  /** Else the next test that uses the number would be blamed for a leak of the former one. */
  @Test
  void itIsNotMistakenForTheOneThatComesNext() throws IOException {
    ServerSocket server = new ServerSocket(0);
    LateConsumer late = on(server.getLocalPort());
    server.close();
    try (ServerSocket next = new ServerSocket(server.getLocalPort())) {
      assertThat(next.isBound()).isTrue();
      assertThat(late).isNotNull().matches(LateConsumer::isIdentified);
      assertThat(late).matches(consumer -> !consumer.isThere());
    }
  }
}
