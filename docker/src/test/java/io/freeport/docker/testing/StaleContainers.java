package io.freeport.docker.testing;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Volume;
import io.freeport.docker.internal.Labels;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Containers as a JVM that was killed leaves them behind. */
public final class StaleContainers {

  private StaleContainers() {}

  /** Returns an owner that has this JVM's pid, and started at another time, so it is dead. */
  public static Owner deadOwner() {
    Owner self = OwnerRegistry.of(Settings.ofThisJvm()).self();
    return new Owner(self.host(), self.pid(), self.start() + 1, "00c0ffee");
  }

  /**
   * Creates containers, with an anonymous volume each.
   *
   * @param running how many of them are started
   */
  public static List<String> create(DockerClient client, int count, int running) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              String id = create(client, Map.of());
              if (i < running) {
                client.startContainerCmd(id).exec();
              }
              return id;
            })
        .toList();
  }

  /** Creates containers in a network, and starts them. */
  public static List<String> createIn(DockerClient client, String network, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              String id = create(client, Map.of(), network);
              client.startContainerCmd(id).exec();
              return id;
            })
        .toList();
  }

  public static String create(DockerClient client, Map<String, String> more) {
    return create(client, more, "bridge");
  }

  public static String create(DockerClient client, Map<String, String> more, String network) {
    Map<String, String> labels = new HashMap<>(more);
    labels.put(Labels.OWNER, deadOwner().toString());
    return client
        .createContainerCmd(Httpd.IMAGE)
        .withCmd("sleep", "1000")
        .withLabels(labels)
        .withVolumes(new Volume("/data"))
        .withHostConfig(HostConfig.newHostConfig().withNetworkMode(network))
        .exec()
        .getId();
  }

  /** Starts a server that is published on a port of the loopback address. */
  public static String startPublishing(DockerClient client, int port, String owner) {
    PortBinding binding = PortBinding.parse("127.0.0.1:" + port + ":" + Httpd.PORT);
    String id =
        Httpd.create(client)
            .withExposedPorts(ExposedPort.tcp(Httpd.PORT))
            .withHostConfig(HostConfig.newHostConfig().withPortBindings(binding))
            .withLabels(Map.of(Labels.OWNER, owner))
            .exec()
            .getId();
    client.startContainerCmd(id).exec();
    return id;
  }

  /** Returns all containers of an owner, leases included. */
  public static List<Container> of(DockerClient client, String owner) {
    return client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of(Labels.OWNER, owner))
        .exec();
  }

  public static boolean exists(DockerClient client, String containerId) {
    try {
      client.inspectContainerCmd(containerId).exec();
      return true;
    } catch (NotFoundException gone) {
      return false;
    }
  }

  public static void remove(DockerClient client, String containerId) {
    try {
      client.removeContainerCmd(containerId).withForce(true).withRemoveVolumes(true).exec();
    } catch (NotFoundException | ConflictException gone) {
      // the reaper did it, or the engine is about to
    }
  }
}
