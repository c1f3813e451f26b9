package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testcontainers.ContainerPorts;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import redis.clients.jedis.Jedis;

/** Testcontainers' own extension starts the container; the port is held where that is made. */
@RequiresDocker
@Testcontainers
class RedisByAnnotationTest {

  @Container private static final GenericContainer<?> REDIS = new GenericContainer<>("redis:7.0");
  private static final HeldPort PORT = ContainerPorts.publish(REDIS, 6379);

  @Test
  void keepsStrings() {
    try (Jedis client = new Jedis("127.0.0.1", PORT.number())) {
      client.set("name", "FreePort");
      assertThat(client.get("name")).isEqualTo("FreePort");
    }
  }
}
