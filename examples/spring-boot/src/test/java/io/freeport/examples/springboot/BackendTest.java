package io.freeport.examples.springboot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.freeport.junit5.FreePort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The application is configured and started first; the backend comes and goes with each test. */
@SpringBootTest
class BackendTest {

  @FreePort("people")
  static int port;

  private HttpServer people;

  @DynamicPropertySource
  static void configure(DynamicPropertyRegistry registry) {
    registry.add("people.url", () -> "http://127.0.0.1:" + port);
  }

  @BeforeEach
  void startBackend() throws Exception {
    people = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    people.createContext(
        "/7",
        exchange -> {
          byte[] name = "Ada".getBytes(UTF_8);
          exchange.sendResponseHeaders(200, name.length);
          exchange.getResponseBody().write(name);
          exchange.close();
        });
    people.start();
  }

  @AfterEach
  void stopBackend() {
    people.stop(0);
  }

  @Test
  void greetsByName(@Autowired GreetingController greetings) {
    assertThat(greetings.greeting(7)).isEqualTo("Hello Ada");
  }
}
