package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.junit5.FreePort;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testcontainers.ContainerPorts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import redis.clients.jedis.Jedis;

/** One container for all tests of a class: they see the port that {@code @BeforeAll} named. */
@RequiresDocker
class RedisSharedByAClassTest {

  private static final GenericContainer<?> REDIS = new GenericContainer<>("redis:7.0");

  @BeforeAll
  static void startRedis(@FreePort("redis") HeldPort port) {
    ContainerPorts.publish(REDIS, 6379, port);
    REDIS.start();
  }

  @AfterAll
  static void stopRedis() {
    REDIS.stop();
  }

  @Test
  void keepsStrings(@FreePort("redis") HeldPort port) {
    try (Jedis client = new Jedis("127.0.0.1", port.number())) {
      client.set("name", "FreePort");
      assertThat(client.get("name")).isEqualTo("FreePort");
    }
  }

  @Test
  void keepsHashes(@FreePort("redis") HeldPort port) {
    try (Jedis client = new Jedis("127.0.0.1", port.number())) {
      client.hset("port", "state", "held");
      assertThat(client.hgetAll("port")).containsEntry("state", "held");
    }
  }
}
