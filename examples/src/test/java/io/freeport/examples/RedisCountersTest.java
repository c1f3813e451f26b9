package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testcontainers.ContainerPorts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import redis.clients.jedis.Jedis;

/** A container for each test, on a port that is known before it starts. */
@RequiresDocker
class RedisCountersTest {

  private final GenericContainer<?> redis = new GenericContainer<>("redis:7.0");
  private final HeldPort port = ContainerPorts.publish(redis, 6379);

  @BeforeEach
  void startRedis() {
    redis.start();
  }

  @AfterEach
  void stopRedis() {
    redis.stop();
  }

  @Test
  void countsFromZero() {
    try (Jedis client = new Jedis("127.0.0.1", port.number())) {
      assertThat(client.incr("visits")).isEqualTo(1);
      assertThat(client.incr("visits")).isEqualTo(2);
    }
  }

  @Test
  void countsInSteps() {
    try (Jedis client = new Jedis("127.0.0.1", port.number())) {
      assertThat(client.incrBy("visits", 40)).isEqualTo(40);
    }
  }
}
