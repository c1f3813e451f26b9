package io.freeport.examples.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;

class CatalogLinksTest {

  private final String shop = UUID.randomUUID().toString();

  @RepeatedTest(100)
  void leadToTheSameServer(@FreePort int port) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + port);
    CatalogClient client = new CatalogClient(address); // its server is not even started

    try (CatalogServer server = CatalogServer.start(address, shop)) {
      URI page = client.find("tea");
      assertThat(page).hasPort(port);
      assertThat(client.read(page)).isEqualTo("tea, sold by " + shop);
    }
  }
}
