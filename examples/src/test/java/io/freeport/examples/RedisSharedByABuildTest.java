package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.docker.BuildContainer;
import io.freeport.junit5.FreePort;
import io.freeport.junit5.RequiresDocker;
import org.junit.jupiter.api.RepeatedTest;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** One Redis for all modules and forks; it is removed when the last JVM that uses it ends. */
@RequiresDocker
class RedisSharedByABuildTest {

  @RepeatedTest(2)
  void countsVisits(@FreePort("visits") HeldPort port) {
    BuildContainer redis =
        BuildContainer.of("visits", "redis:7.0", 6379)
            .on(port)
            .readyWhen(RedisSharedByABuildTest::answers)
            .start();
    try (Jedis client = new Jedis("127.0.0.1", port.number())) {
      assertThat(redis.port()).isEqualTo(port.number());
      assertThat(client.incr("visits")).isPositive();
    }
  }

  private static boolean answers(int port) {
    try (Jedis client = new Jedis("127.0.0.1", port)) {
      return client.ping().equals("PONG");
    } catch (JedisException notYet) {
      return false;
    }
  }
}
