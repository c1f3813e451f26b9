package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.junit5.FreePort;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testcontainers.ContainerPorts;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** A server that has to know the port at which clients reach it, and one that comes back on it. */
@RequiresDocker
class RedisAnnouncedPortTest {

  private final GenericContainer<?> redis = new GenericContainer<>("redis:7.0");

  @AfterEach
  void stopRedis() {
    redis.stop();
  }

  @Test
  void knowsItsPortBeforeItStarts(@FreePort("redis") HeldPort port) {
    ContainerPorts.publish(redis, 6379, port);
    ContainerPorts.configure(
        redis,
        it ->
            it.withCommand(
                "redis-server", "--replica-announce-port", String.valueOf(port.number())));
    redis.start();
    try (Jedis client = new Jedis("127.0.0.1", port.number())) {
      assertThat(client.configGet("replica-announce-port"))
          .containsEntry("replica-announce-port", String.valueOf(port.number()));
    }
  }

  @Test
  void comesBackOnItsPort(@FreePort("redis") HeldPort port) {
    ContainerPorts.publish(redis, 6379, port);
    redis.start();
    redis.getDockerClient().killContainerCmd(redis.getContainerId()).exec();
    // connections are refused, and nobody else can bind the port
    redis.getDockerClient().startContainerCmd(redis.getContainerId()).exec();
    assertThat(pingOnceReady(port.number())).isEqualTo("PONG");
  }

  private static String pingOnceReady(int port) {
    Instant deadline = Instant.now().plusSeconds(30);
    while (true) {
      try (Jedis client = new Jedis("127.0.0.1", port)) {
        return client.ping();
      } catch (JedisConnectionException notYet) {
        if (Instant.now().isAfter(deadline)) {
          throw notYet;
        }
      }
    }
  }
}
