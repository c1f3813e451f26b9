package io.freeport.examples.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;

class CatalogRestartTest {

  private URI address = URI.create("");

  @BeforeEach
  void configure(@FreePort("catalog") int port) {
    address = URI.create("http://127.0.0.1:" + port);
  }

  @RepeatedTest(80)
  void linksStayValid() throws Exception {
    URI page;
    try (CatalogServer server = CatalogServer.start(address, "before")) {
      page = new CatalogClient(address).find("tea");
    }

    String shop = UUID.randomUUID().toString();
    try (CatalogServer server = CatalogServer.start(address, shop)) {
      assertThat(new CatalogClient(address).read(page)).isEqualTo("tea, sold by " + shop);
    }
  }
}
