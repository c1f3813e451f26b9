package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/** The same with JUnit 4, and with a server that is not started by FreePort. */
public class StaticNumberInJUnit4Test {

  static final int REGISTRY = 18778;

  private static PortAllocator allocator;
  private static HeldPort port;
  private GreetingServer server;

  @BeforeClass
  public static void hold() {
    allocator = PortAllocator.create();
    port =
        allocator.hold(
            PortRequest.named("registry").preferred(REGISTRY).strict().keep().queue().build());
  }

  @Before
  public void start() throws Exception {
    port.offer(); // not earlier
    server = GreetingServer.start(REGISTRY);
    assertThat(port.confirm()).isTrue();
  }

  @After
  public void stop() {
    server.close();
    port.reclaim();
  }

  @AfterClass
  public static void release() {
    allocator.close();
  }

  @Test
  public void aClientWithTheNumber() throws Exception {
    assertThat(answer()).isEqualTo("Hello from port 18778");
  }

  @Test
  public void anotherClient() throws Exception {
    assertThat(answer()).isEqualTo("Hello from port 18778");
  }

  private static String answer() throws Exception {
    try (var answer = URI.create("http://127.0.0.1:" + REGISTRY).toURL().openStream()) {
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
