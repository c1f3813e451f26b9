package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.junit5.FreePort;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testcontainers.ContainerPorts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import redis.clients.jedis.Jedis;

/**
 * The port comes from {@code @FreePort}, so that the test's other parts can have it by its name.
 */
@RequiresDocker
class RedisListsTest {

  private final GenericContainer<?> redis = new GenericContainer<>("redis:7.0");

  @BeforeEach
  void startRedis(@FreePort("redis") HeldPort port) {
    ContainerPorts.publish(redis, 6379, port);
    redis.start();
  }

  @AfterEach
  void stopRedis() {
    redis.stop();
  }

  @Test
  void isAQueue(@FreePort("redis") HeldPort port) {
    try (Jedis client = new Jedis("127.0.0.1", port.number())) {
      client.rpush("jobs", "first", "second");
      assertThat(client.lpop("jobs")).isEqualTo("first");
      assertThat(client.lrange("jobs", 0, -1)).containsExactly("second");
    }
  }

  @Test
  void isAStack(@FreePort("redis") HeldPort port) {
    try (Jedis client = new Jedis("127.0.0.1", port.number())) {
      client.lpush("jobs", "first", "second");
      assertThat(client.lpop("jobs")).isEqualTo("second");
    }
  }
}
