package io.freeport.examples.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.io.BufferedReader;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;

/** The server as it is delivered: a process of its own. */
class CatalogProcessIT {

  private final String shop = UUID.randomUUID().toString();

  @RepeatedTest(5)
  void servesPages(@FreePort int port) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + port);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                new File(
                        CatalogServer.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString(),
                CatalogServer.class.getName(),
                address.toString(),
                shop)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo("ready");
      CatalogClient client = new CatalogClient(address);
      assertThat(client.read(client.find("tea"))).isEqualTo("tea, sold by " + shop);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
