package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import io.freeport.HeldPort;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.testing.Eventually;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.Thief;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.testcontainers.containers.GenericContainer;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * A container goes down in the middle of a test and comes back, on the port that its clients know.
 *
 * <p>The interleaving that must not happen: the thief binds while nobody listens.
 */
@RequiresDocker
@Timeout(180)
class RestartTest {

  /** A way to go down, and to come back. */
  private record Way(
      String name, Consumer<GenericContainer<?>> down, Consumer<GenericContainer<?>> up) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Way> ways() {
    return Stream.of(
        new Way("stop() and start()", GenericContainer::stop, GenericContainer::start),
        new Way(
            "docker kill, docker start",
            it -> it.getDockerClient().killContainerCmd(it.getContainerId()).exec(),
            it -> it.getDockerClient().startContainerCmd(it.getContainerId()).exec()),
        new Way(
            "docker kill, docker start, by a client of its own",
            it -> withClient(client -> client.killContainerCmd(it.getContainerId()).exec()),
            it -> withClient(client -> client.startContainerCmd(it.getContainerId()).exec())),
        new Way(
            "docker stop, docker restart",
            it -> it.getDockerClient().stopContainerCmd(it.getContainerId()).exec(),
            it -> it.getDockerClient().restartContainerCmd(it.getContainerId()).exec()));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void keepsItsPortWhileAThiefTriesForIt(Way way) throws Exception {
    Modes.assumeShared();
    try (Thief explicit = Thief.start(Thief.Way.EXPLICIT);
        Thief any = Thief.start(Thief.Way.ANY);
        GenericContainer<?> redis = new GenericContainer<>("redis:7.0")) {
      HeldPort port = ContainerPorts.publish(redis, 6379);
      redis.start();
      int number = port.number();
      long since = System.nanoTime();
      explicit.watch(number);
      any.watch(number);
      try (RedisClient client = RedisClient.create("127.0.0.1", number)) {
        assertThat(client.ping()).isEqualTo("PONG");
        assertThat(client.getPool().getNumIdle()).as("its open connections").isEqualTo(1);

        way.down().accept(redis);
        awaitRefusal(number);
        assertThat(isUp(client::ping)).as("the client's connection is still open").isFalse();
        awaitTries(explicit, number);
        way.up().accept(redis);

        Eventually.holds("the client reconnects", () -> isUp(client::ping));
      }
      assertThat(port.number()).isEqualTo(number);
      assertThat(redis.getMappedPort(6379)).isEqualTo(number);
      assertThat(List.of(explicit.had(number, since), any.had(number, since))).containsOnly(false);
    }
  }

  /** The control: without the hold, the thief has the port as soon as the container is down. */
  @Test
  void withoutItsHoldThePortIsLost() throws Exception {
    try (Thief explicit = Thief.start(Thief.Way.EXPLICIT);
        GenericContainer<?> redis = new GenericContainer<>("redis:7.0")) {
      HeldPort port = ContainerPorts.publish(redis, 6379);
      redis.start();
      port.close();
      long since = System.nanoTime();
      explicit.watch(port.number());
      redis.getDockerClient().killContainerCmd(redis.getContainerId()).exec();
      // Docker 28 lets go of the port a moment after it refuses connections.
      Eventually.holds("the thief has it", () -> explicit.had(port.number(), since));
    }
  }

  /** Each answer of the thief comes after a try that began after the question. */
  private static void awaitTries(Thief thief, int number) throws Exception {
    thief.watch(number);
  }

  private static void awaitRefusal(int port) throws Exception {
    Eventually.holds("connections are refused", () -> !isUp(() -> ping(port)));
  }

  private static String ping(int port) {
    try (Jedis client = new Jedis("127.0.0.1", port)) {
      return client.ping();
    }
  }

  private static boolean isUp(Supplier<String> ping) {
    try {
      return ping.get().equals("PONG");
    } catch (JedisConnectionException down) {
      return false;
    }
  }

  private static void withClient(Consumer<DockerClient> action) {
    try (DockerClient client = Engine.connect()) {
      action.accept(client);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
