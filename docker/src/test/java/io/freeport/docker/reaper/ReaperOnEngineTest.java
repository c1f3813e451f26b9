package io.freeport.docker.reaper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Volume;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortUnavailableException;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.testing.EngineProxy;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reaper and what a real engine has, in all states. */
@RequiresDocker
class ReaperOnEngineTest {

  private final DockerClient client = Engine.connect();

  @AfterEach
  void closeClient() throws IOException {
    client.close();
  }

  @Test
  void containersInEachStateGoWithTheirVolumes() {
    String created = StaleContainers.create(client, Map.of());
    String running = StaleContainers.create(client, Map.of());
    String paused = StaleContainers.create(client, Map.of());
    String exited = StaleContainers.create(client, Map.of());
    String restarting = createRestarting();
    List<String> all = List.of(created, running, paused, exited, restarting);
    try {
      for (String id : List.of(running, paused, exited, restarting)) {
        client.startContainerCmd(id).exec();
      }
      if (canPause()) {
        client.pauseContainerCmd(paused).exec();
      }
      client.killContainerCmd(exited).exec();
      List<String> volumes = all.stream().map(this::volumeOf).toList();
      assertThat(volumes).doesNotHaveDuplicates().hasSize(5);

      ReapReport report = Reaper.using(client).reap();

      assertThat(report.problem()).isEmpty();
      assertThat(report.left()).isEmpty();
      assertThat(report.removed()).extracting(Finding::id).containsAll(all);
      assertThat(all).noneMatch(id -> StaleContainers.exists(client, id));
      for (String volume : volumes) {
        assertThatExceptionOfType(NotFoundException.class)
            .isThrownBy(() -> client.inspectVolumeCmd(volume).exec());
      }
      assertThat(Reaper.using(client).plan().toRemove())
          .extracting(Finding::id)
          .doesNotContainAnyElementsOf(all);
    } finally {
      all.forEach(id -> StaleContainers.remove(client, id));
    }
  }

  /** Docker without root's rights cannot where it has no cgroups. */
  private boolean canPause() {
    return !"none".equals(client.infoCmd().exec().getCGroupDriver());
  }

  private String createRestarting() {
    return client
        .createContainerCmd(Httpd.IMAGE)
        .withCmd("false")
        .withLabels(Map.of(Labels.OWNER, StaleContainers.deadOwner().toString()))
        .withVolumes(new Volume("/data"))
        .withHostConfig(HostConfig.newHostConfig().withRestartPolicy(RestartPolicy.alwaysRestart()))
        .exec()
        .getId();
  }

  private String volumeOf(String container) {
    return String.valueOf(
        Objects.requireNonNull(client.inspectContainerCmd(container).exec().getMounts())
            .get(0)
            .getName());
  }

  /** The container uses both, so they can only go after it. */
  @Test
  void networksAndVolumesOfTheDeadGoAndOthersStay() {
    Map<String, String> dead = Map.of(Labels.OWNER, StaleContainers.deadOwner().toString());
    String network = createNetwork("freeport-test-dead", dead);
    String living = createNetwork("freeport-test-living", Reaper.labels());
    String foreign = createNetwork("freeport-test-foreign", Map.of());
    client.createVolumeCmd().withName("freeport-test-dead").withLabels(dead).exec();
    client.createVolumeCmd().withName("freeport-test-living").withLabels(Reaper.labels()).exec();
    String container =
        client
            .createContainerCmd(Httpd.IMAGE)
            .withCmd("sleep", "1000")
            .withLabels(dead)
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withNetworkMode("freeport-test-dead")
                    .withBinds(new Bind("freeport-test-dead", new Volume("/data"))))
            .exec()
            .getId();
    try {
      client.startContainerCmd(container).exec();

      ReapReport report = Reaper.using(client).reap();

      assertThat(report.removed())
          .extracting(Finding::id)
          .contains(container, network, "freeport-test-dead");
      assertThat(report.left()).isEmpty();
      assertThat(client.listNetworksCmd().exec())
          .extracting(found -> found.getId())
          .contains(living, foreign)
          .doesNotContain(network);
      assertThat(client.listVolumesCmd().exec().getVolumes())
          .extracting(found -> found.getName())
          .contains("freeport-test-living")
          .doesNotContain("freeport-test-dead");
    } finally {
      StaleContainers.remove(client, container);
      for (String id : List.of(network, living, foreign)) {
        ignoreNotFound(() -> client.removeNetworkCmd(id).exec());
      }
      for (String name : List.of("freeport-test-dead", "freeport-test-living")) {
        ignoreNotFound(() -> client.removeVolumeCmd(name).exec());
      }
    }
  }

  /** Without the network, a stopped container does not start again. */
  @Test
  void whatAStoppedContainerOfAPersonNeedsStays() {
    Map<String, String> dead = Map.of(Labels.OWNER, StaleContainers.deadOwner().toString());
    String network = createNetwork("freeport-test-needed", dead);
    String control = createNetwork("freeport-test-needless", dead);
    String persons =
        client
            .createContainerCmd(Httpd.IMAGE)
            .withCmd("true")
            .withHostConfig(HostConfig.newHostConfig().withNetworkMode("freeport-test-needed"))
            .exec()
            .getId();
    try {
      ReapReport report = Reaper.using(client).reap();
      assertThat(report.removed())
          .extracting(Finding::id)
          .contains(control)
          .doesNotContain(network);
      assertThat(report.plan().findings())
          .filteredOn(finding -> finding.id().equals(network))
          .extracting(Finding::reason)
          .containsExactly("a container that stays refers to it: " + persons);
      client.startContainerCmd(persons).exec();
    } finally {
      StaleContainers.remove(client, persons);
      for (String id : List.of(network, control)) {
        ignoreNotFound(() -> client.removeNetworkCmd(id).exec());
      }
    }
  }

  /** Engine 20.10 tells the last change in a volume's top directory as its creation. */
  @Test
  void theDataOfAProjectStays() {
    Map<String, String> project = Map.of("com.docker.compose.project", "freeport-test-shop");
    Map<String, String> labels = new HashMap<>(project);
    labels.put(Labels.OWNER, StaleContainers.deadOwner().toString());
    client.createVolumeCmd().withName("freeport-test-shop_data").withLabels(project).exec();
    String container =
        client
            .createContainerCmd(Httpd.IMAGE)
            .withCmd("touch", "/data/orders")
            .withLabels(labels)
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withBinds(new Bind("freeport-test-shop_data", new Volume("/data"))))
            .exec()
            .getId();
    try {
      client.startContainerCmd(container).exec();
      assertThat(Reaper.using(client).reap().removed()).extracting(Finding::id).contains(container);
      assertThat(client.listVolumesCmd().exec().getVolumes())
          .extracting(found -> found.getName())
          .contains("freeport-test-shop_data");
    } finally {
      StaleContainers.remove(client, container);
      ignoreNotFound(() -> client.removeVolumeCmd("freeport-test-shop_data").exec());
    }
  }

  private String createNetwork(String name, Map<String, String> labels) {
    return client.createNetworkCmd().withName(name).withLabels(labels).exec().getId();
  }

  private static void ignoreNotFound(Runnable removal) {
    try {
      removal.run();
    } catch (NotFoundException gone) {
      // the reaper did it
    }
  }

  @Test
  void aContainerOfACommittedImageIsNotTheDeadOnes() {
    String stale = StaleContainers.create(client, Map.of());
    String image = client.commitCmd(stale).exec();
    String foreign = client.createContainerCmd(image).withCmd("sleep", "1000").exec().getId();
    try {
      assertThat(client.inspectContainerCmd(foreign).exec().getConfig().getLabels())
          .as("what makes this a trap")
          .containsKey(Labels.OWNER);
      Reaper.using(client).reap();
      assertThat(StaleContainers.exists(client, foreign)).isTrue();
      assertThat(StaleContainers.exists(client, stale)).isFalse();
    } finally {
      StaleContainers.remove(client, stale);
      StaleContainers.remove(client, foreign);
      client.removeImageCmd(image).exec();
    }
  }

  @Test
  void aPortThatAStaleContainerHasIsReclaimed() {
    int number;
    try (PortAllocator allocator = PortAllocator.create()) {
      number = allocator.hold().number();
    }
    PortRequest request = PortRequest.named("db").preferred(number).strict().build();
    String stale =
        StaleContainers.startPublishing(client, number, StaleContainers.deadOwner().toString());
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold(request);
      assertThat(port.number()).isEqualTo(number);
      assertThat(StaleContainers.exists(client, stale)).isFalse();
    } finally {
      StaleContainers.remove(client, stale);
    }
  }

  @Test
  void aPortThatALivingContainerHasIsNot() {
    int number;
    try (PortAllocator allocator = PortAllocator.create()) {
      number = allocator.hold().number();
    }
    PortRequest request = PortRequest.named("db").preferred(number).strict().build();
    String ours =
        StaleContainers.startPublishing(
            client, number, OwnerRegistry.of(Settings.ofThisJvm()).self().toString());
    try (PortAllocator allocator = PortAllocator.create()) {
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.hold(request))
          .withMessageContaining("busybox:1.35");
      assertThat(StaleContainers.exists(client, ours)).isTrue();
    } finally {
      StaleContainers.remove(client, ours);
    }
  }

  /**
   * Both see all fifty before one of them removes any, and each removes what the other has not
   * removed yet. A network can go only after its containers, also those that the other one is still
   * removing.
   */
  @Test
  void twoReapersAtOnce(@TempDir Path directory) throws Exception {
    CountDownLatch atWork = new CountDownLatch(2);
    try (EngineProxy ofOne = meetBeforeRemoval(directory.resolve("one.sock"), atWork);
        EngineProxy ofOther = meetBeforeRemoval(directory.resolve("other.sock"), atWork);
        ChildJvm one = reapBy(ofOne);
        ChildJvm other = reapBy(ofOther)) {
      assertThat(one.readLine()).isEqualTo("ready");
      assertThat(other.readLine()).isEqualTo("ready");
      List<String> stale = new ArrayList<>(StaleContainers.create(client, 38, 8));
      Map<String, String> dead = Map.of(Labels.OWNER, StaleContainers.deadOwner().toString());
      List<String> networks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        String name = "freeport-test-two-" + i;
        networks.add(createNetwork(name, dead));
        stale.addAll(StaleContainers.createIn(client, name, 4));
      }
      try {
        one.send("go");
        other.send("go");
        for (ChildJvm reaper : List.of(one, other)) {
          assertThat(reaper.readToEnd())
              .contains("left 0")
              .noneMatch(line -> line.startsWith("WARNING") || line.startsWith("SEVERE"));
          assertThat(reaper.waitFor()).isZero();
        }
        assertThat(atWork.getCount()).as("who did not come to a removal").isZero();
        assertThat(stale).noneMatch(id -> StaleContainers.exists(client, id));
        assertThat(client.listNetworksCmd().exec())
            .extracting(found -> found.getId())
            .doesNotContainAnyElementsOf(networks);
      } finally {
        stale.forEach(id -> StaleContainers.remove(client, id));
        networks.forEach(id -> ignoreNotFound(() -> client.removeNetworkCmd(id).exec()));
      }
    }
  }

  /** Holds the first removal up until both have one to ask for. */
  private static EngineProxy meetBeforeRemoval(Path socket, CountDownLatch atWork)
      throws IOException {
    AtomicBoolean came = new AtomicBoolean();
    return EngineProxy.listenOn(
        socket,
        Map.of(
            EngineProxy.Command.REMOVE,
            proxy -> {
              if (!came.getAndSet(true)) {
                atWork.countDown();
              }
              atWork.await();
              return null;
            }));
  }

  private static ChildJvm reapBy(EngineProxy engine) throws IOException {
    return ChildJvm.start(Map.of("DOCKER_HOST", engine.uri()), List.of(), ReapingChild.class);
  }
}
