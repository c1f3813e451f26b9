package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.junit5.FreePort;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A suite with a number that is written down, whose server stops and starts for each test. */
@Execution(ExecutionMode.SAME_THREAD)
class StaticNumberTest {

  static final int REGISTRY = 18777;

  @FreePort(preferred = REGISTRY, strict = true, keep = true)
  static HeldPort port;

  GreetingServer server;

  @BeforeEach
  void start() throws Exception {
    server = port.start(GreetingServer::start);
  }

  @AfterEach
  void stop() {
    server.close();
    port.reclaim();
  }

  @RepeatedTest(3)
  void aClientWithTheNumber() throws Exception {
    try (var answer = URI.create("http://127.0.0.1:" + REGISTRY).toURL().openStream()) {
      assertThat(answer).hasContent("Hello from port 18777");
    }
  }
}
