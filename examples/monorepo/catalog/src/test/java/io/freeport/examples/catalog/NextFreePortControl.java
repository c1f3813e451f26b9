package io.freeport.examples.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;

/**
 * What {@link CatalogLinksTest} is when ports are found the usual way: look for one, let go of it,
 * use it. Not run with the other tests, since it fails: between the second and the third somebody
 * else finds the same one.
 */
class NextFreePortControl {

  private final String shop = UUID.randomUUID().toString();

  @RepeatedTest(200)
  void leadToTheSameServer() throws Exception {
    int port = nextFreePort(18_000);
    URI address = URI.create("http://127.0.0.1:" + port);
    CatalogClient client = new CatalogClient(address);

    try (CatalogServer server = CatalogServer.start(address, shop)) {
      URI page = client.find("tea");
      assertThat(page).hasPort(port);
      assertThat(client.read(page)).isEqualTo("tea, sold by " + shop);
    }
  }

  private static int nextFreePort(int from) {
    for (int port = from; port < 65_536; port++) {
      try (ServerSocket probe = new ServerSocket(port)) {
        return probe.getLocalPort();
      } catch (IOException taken) {
        // the next one, then
      }
    }
    throw new IllegalStateException("No free port from " + from + " on");
  }
}
