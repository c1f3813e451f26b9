package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.docker.testing.Eventually;
import io.freeport.junit5.RequiresDocker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.lifecycle.Startables;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * Three nodes that send clients to each other: each has to know, before it starts, the port at
 * which clients reach it.
 */
@RequiresDocker
@ResourceLock(Resources.SYSTEM_PROPERTIES)
@Timeout(180)
class RedisClusterTest {

  private static final int PORT = 6379;
  private static final int BUS_PORT = 16379;
  private static final int SLOTS = 16384;

  private final Network network = Network.newNetwork();
  private final List<GenericContainer<?>> nodes = new ArrayList<>();
  private final List<HeldPort> ports = new ArrayList<>();
  private final PortAllocator allocator = PortAllocator.create();

  @AfterEach
  void stop() {
    nodes.forEach(GenericContainer::stop);
    network.close();
    allocator.close();
    System.clearProperty("freeport.container.handoff");
  }

  @Test
  void aClientFollowsTheRedirects() throws Exception {
    for (int i = 0; i < 3; i++) {
      addNode(allocator.hold("node"));
    }
    Startables.deepStart(nodes).join();
    checkCluster();
  }

  /** The number that a node announces is the one that it got in the end. */
  @Test
  void alsoIfANodeHadToTakeAnotherPort() throws Exception {
    System.setProperty("freeport.container.handoff", "close-then-bind");
    try (GapThief thief = new GapThief(1)) {
      addNode(allocator.hold("node"));
      addNode(thief.hold());
      addNode(allocator.hold("node"));
      Startables.deepStart(nodes).join();
      assertThat(thief.loot()).hasSize(1).doesNotContain(ports.get(1).number());
      checkCluster();
      nodes.forEach(GenericContainer::stop);
    }
  }

  private void addNode(HeldPort port) {
    GenericContainer<?> node = new GenericContainer<>("redis:7.0").withNetwork(network);
    ContainerPorts.publish(node, PORT, port);
    ContainerPorts.configure(
        node,
        it ->
            it.withCommand(
                "redis-server",
                "--cluster-enabled",
                "yes",
                "--cluster-announce-hostname",
                "localhost",
                "--cluster-preferred-endpoint-type",
                "hostname",
                "--cluster-announce-port",
                String.valueOf(port.number()),
                "--cluster-announce-bus-port",
                String.valueOf(BUS_PORT)));
    nodes.add(node);
    ports.add(port);
  }

  private void checkCluster() throws Exception {
    for (int i = 0; i < nodes.size(); i++) {
      cli(i, "cluster addslotsrange " + i * SLOTS / 3 + " " + ((i + 1) * SLOTS / 3 - 1));
      cli(0, "cluster meet " + addressOf(nodes.get(i)) + " " + PORT + " " + BUS_PORT);
    }
    for (int i = 0; i < nodes.size(); i++) {
      int node = i;
      Eventually.holds(
          "node " + node + " knows all nodes",
          () ->
              cli(node, "cluster info").contains("cluster_state:ok")
                  && cli(node, "cluster nodes").split("localhost", -1).length > 3);
    }

    Set<HostAndPort> redirects = new HashSet<>();
    try (RedisClusterClient cluster =
            RedisClusterClient.create(new HostAndPort("localhost", ports.get(0).number()));
        Jedis first = new Jedis("localhost", ports.get(0).number())) {
      for (int i = 0; i < 50; i++) {
        String key = "key-" + i;
        cluster.set(key, "value-" + i);
        assertThat(cluster.get(key)).isEqualTo("value-" + i);
        try {
          first.get(key);
        } catch (JedisMovedDataException moved) {
          redirects.add(moved.getTargetNode());
        }
      }
    }
    assertThat(redirects)
        .containsExactlyInAnyOrder(
            new HostAndPort("localhost", ports.get(1).number()),
            new HostAndPort("localhost", ports.get(2).number()));
  }

  private String cli(int node, String command) throws Exception {
    List<String> words = new ArrayList<>(List.of("redis-cli"));
    words.addAll(List.of(command.split(" ", -1)));
    return nodes.get(node).execInContainer(words.toArray(new String[0])).getStdout();
  }

  private static String addressOf(GenericContainer<?> node) throws Exception {
    return node.execInContainer("hostname", "-i").getStdout().strip();
  }
}
