package io.freeport.junit5;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Ports of one address. Annotations are constants, so each of these is compiled. */
class AddressTest {

  @TempDir private Path directory;

  @Test
  void anotherOneOfTheLoopback() {
    canBeListenedOn("127.0.0.2", "127.0.0.2");
  }

  @Test
  void ofIpV6() {
    assumeTrue(canBind("::1"), "this machine has no IPv6");
    canBeListenedOn("::1", "[0:0:0:0:0:0:0:1]");
  }

  @Test
  void notOfTheLoopback() throws IOException {
    Optional<String> address =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(each -> each instanceof Inet4Address && !each.isLoopbackAddress())
            .map(InetAddress::getHostAddress)
            .findFirst();
    assumeTrue(address.isPresent(), "this machine has no address but those of the loopback");
    canBeListenedOn(address.get(), address.get());
  }

  private static boolean canBind(String address) {
    try (ServerSocket server = new ServerSocket()) {
      server.bind(new InetSocketAddress(address, 0));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void canBeListenedOn(String address, String host) {
    Class<?> fixture =
        CompiledFixtures.compile(
                Map.of(
                    "Addressed",
                    """
                    import static org.junit.jupiter.api.Assertions.*;
                    import io.freeport.junit5.*;
                    import java.net.*;
                    import org.junit.jupiter.api.*;
                    public class Addressed {
                      @Test void test(
                          @FreePort(value = "web", address = "%1$s", alignedTo = 16) InetSocketAddress address,
                          @FreePort("web") URI uri) throws Exception {
                        assertEquals(InetAddress.getByName("%1$s"), address.getAddress());
                        assertEquals(0, address.getPort() %% 16);
                        assertEquals(URI.create("http://%2$s:" + address.getPort()), uri);
                        try (ServerSocket server = new ServerSocket()) {
                          server.bind(address);
                          new Socket(uri.getHost(), uri.getPort()).close();
                        }
                      }
                    }
                    """
                        .formatted(address, host)),
                directory)
            .load("Addressed");
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .testEvents()
        .assertStatistics(events -> events.succeeded(1).failed(0));
  }
}
