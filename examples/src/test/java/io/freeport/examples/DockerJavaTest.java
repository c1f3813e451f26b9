package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.junit5.RequiresDocker;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Without Testcontainers: docker-java starts the container, FreePort sees to its port. */
@RequiresDocker
class DockerJavaTest {

  @Test
  void startsRedis() throws Exception {
    try (DockerClient docker = connect()) {
      ContainerLauncher launcher = ContainerLauncher.using(docker);
      try (LaunchedContainer redis = launcher.start(docker.createContainerCmd("redis:7.0"), 6379)) {
        assertThat(pingOnceReady(redis.port(6379).number())).isEqualTo("PONG");
      }
    }
  }

  private static DockerClient connect() {
    DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    return DockerClientImpl.getInstance(
        config, new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
  }

  /** The engine listens as soon as the container is started; Redis itself takes a moment more. */
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
