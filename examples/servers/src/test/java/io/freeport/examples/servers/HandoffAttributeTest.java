package io.freeport.examples.servers;

import static io.freeport.HandoffMode.CLOSE_THEN_BIND;
import static io.freeport.HandoffMode.REUSE_PORT;
import static io.freeport.HandoffMode.SHARED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freeport.junit5.FreePort;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Ports of tests whose servers cannot listen beside a hold. */
@EnabledOnOs(OS.LINUX)
class HandoffAttributeTest {

  @Test
  void mina(@FreePort(handoff = CLOSE_THEN_BIND) int port) throws IOException {
    NioSocketAcceptor server = new NioSocketAcceptor();
    server.setHandler(new IoHandlerAdapter());
    try {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      assertThat(Dialog.isListening(port)).isTrue();
    } finally {
      server.dispose();
    }
  }

  /** The control of the test above. */
  @Test
  void minaBesideTheHold(@FreePort(handoff = SHARED) int port) {
    NioSocketAcceptor server = new NioSocketAcceptor();
    server.setHandler(new IoHandlerAdapter());
    try {
      assertThatThrownBy(
              () -> server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
          .hasRootCauseInstanceOf(BindException.class);
    } finally {
      server.dispose();
    }
  }

  @Test
  void reusePortAlone(@FreePort(handoff = REUSE_PORT) int port) throws IOException {
    try (ServerSocket one = reusesPort(port);
        ServerSocket other = reusesPort(port)) {
      assertThat(one.getLocalPort()).isEqualTo(other.getLocalPort()).isEqualTo(port);
    }
  }

  /** The control of the test above. */
  @Test
  void reusePortAloneBesideTheHold(@FreePort(handoff = SHARED) int port) {
    assertThatThrownBy(() -> reusesPort(port).close()).isInstanceOf(BindException.class);
  }

  private static ServerSocket reusesPort(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.setReuseAddress(false);
      server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }
}
