package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** No Docker: servers in this process, each test with a port of its own. */
class GreetingServerTest {

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void greets(@FreePort int port) throws Exception {
    try (GreetingServer server = GreetingServer.start(port)) {
      assertThat(get("http://127.0.0.1:" + port + "/")).isEqualTo("Hello from port " + port);
    }
  }

  @RepeatedTest(8)
  void twoServersAtATime(@FreePort("one") int one, @FreePort("two") int two) throws Exception {
    try (GreetingServer first = GreetingServer.start(one);
        GreetingServer second = GreetingServer.start(two)) {
      assertThat(get("http://127.0.0.1:" + one + "/")).isEqualTo("Hello from port " + one);
      assertThat(get("http://127.0.0.1:" + two + "/")).isEqualTo("Hello from port " + two);
    }
  }

  private String get(String url) throws Exception {
    return client
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }
}
