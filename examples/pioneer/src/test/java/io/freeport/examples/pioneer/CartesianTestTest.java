package io.freeport.examples.pioneer;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junitpioneer.jupiter.cartesian.CartesianTest;

class CartesianTestTest {

  @CartesianTest
  void eachCombinationHasAPortOfItsOwn(
      @CartesianTest.Values(ints = {1, 50}) int backlog,
      @CartesianTest.Values(ints = {4096, 65536}) int receiveBuffer,
      @FreePort int port)
      throws Exception {
    InetAddress address = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket()) {
      server.setReceiveBufferSize(receiveBuffer);
      server.bind(new InetSocketAddress(address, port), backlog);
      try (Socket client = new Socket(address, port)) {
        assertThat(client.getPort()).isEqualTo(port);
      }
    }
  }
}
