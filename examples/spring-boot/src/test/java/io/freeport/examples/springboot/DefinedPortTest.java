package io.freeport.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.boot.test.context.SpringBootTest.WebEnvironment.DEFINED_PORT;

import io.freeport.junit5.FreePort;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest(webEnvironment = DEFINED_PORT, properties = "people.url=http://unused.invalid")
@DirtiesContext // stops the application with the class, as long as its port is held
class DefinedPortTest {

  @FreePort static int port;

  @DynamicPropertySource
  static void configure(DynamicPropertyRegistry registry) {
    registry.add("server.port", () -> port);
  }

  @Test
  void theApplicationKnowsItsAddress(@Autowired TestRestTemplate http) {
    assertThat(http.getForObject("/self", String.class)).isEqualTo("http://127.0.0.1:" + port);
  }
}
