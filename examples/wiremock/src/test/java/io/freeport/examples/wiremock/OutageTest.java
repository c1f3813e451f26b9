package io.freeport.examples.wiremock;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.freeport.junit5.FreePort;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a client does while its server is down. The server keeps its address, and in between nobody
 * else listens there.
 */
class OutageTest {

  private WireMockServer server;

  @BeforeEach
  void configure(@FreePort("weather") int port) {
    server = new WireMockServer(wireMockConfig().bindAddress("127.0.0.1").port(port));
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void theClientCarriesOnAfterwards(@FreePort("weather") int port) throws Exception {
    URI weather = URI.create("http://127.0.0.1:" + port + "/weather");
    assertThatThrownBy(() -> read(weather)).isInstanceOf(ConnectException.class);

    server.start();
    server.stubFor(get("/weather").willReturn(ok("sunny")));
    assertThat(read(weather)).isEqualTo("sunny");

    server.stop();
    assertThatThrownBy(() -> read(weather)).isInstanceOf(ConnectException.class);

    server.start();
    server.stubFor(get("/weather").willReturn(ok("cloudy")));
    assertThat(read(weather)).isEqualTo("cloudy");
  }

  private static String read(URI uri) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
