package io.freeport.internal.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.internal.os.KernelPorts;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class NoPortMessageTest {

  /** As on a machine where no port can be held beside former connections. */
  @Test
  void nobodyIsToBeStoppedIfOnlyFormerConnectionsAreThere() throws IOException {
    int port = inTimeWait();
    SearchFailures failures = new SearchFailures();
    failures.add(port, new BindException("Address already in use"));
    PortRequest request = PortRequest.named("web").preferred(port).strict().build();
    KernelPorts kernel = new KernelPorts(new PortRange(32768, 60999), List.of());
    assertThat(NoPortMessage.exception(request, failures, kernel, 0))
        .hasMessage(
            """
            No TCP port for "web" can be had. Tried: .
              Port %1$d is taken by the operating system, for up to a minute, closing connections of 127.0.0.1:%1$d.
            What to do:
              - Wait up to a minute: then the system has closed the former connections of %1$d.
              - Allow other ports: fallback(...), range(...) or upTo(PortTier.ANY).""",
            port);
  }

  private static int inTimeWait() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
      server.accept().close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      return server.getLocalPort();
    }
  }
}
