package io.freeport.docker.reaper;

import static io.freeport.docker.testing.FakeEngine.container;
import static io.freeport.docker.testing.FakeEngine.network;
import static io.freeport.docker.testing.FakeEngine.volume;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.DockerClientDelegate;
import io.freeport.PortStatistics;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Life;
import io.freeport.docker.testing.FakeEngine;
import io.freeport.docker.testing.FakeEngine.Answer;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the reaper decides and does, and how it takes each failure of the engine. */
class ReapPassTest {

  private static final Owner SELF = OwnerRegistry.of(Settings.ofThisJvm()).self();
  private static final String ALIVE = SELF.toString();

  @TempDir private static Path directory;

  private static Path sessions() throws IOException {
    return OwnerRegistry.of(Settings.ofThisJvm()).folder("sessions");
  }

  /** The sessions of other JVMs of this machine are none of this test's business. */
  @BeforeAll
  static void useOwnDirectory() {
    System.setProperty("freeport.dir", directory.resolve("owners").toString());
  }

  @AfterAll
  static void useUsualDirectory() {
    System.clearProperty("freeport.dir");
  }

  /** Another start than that of the process with this pid. */
  private static final String DEAD =
      new Owner(SELF.host(), SELF.pid(), SELF.start() + 1, "00c0ffee").toString();

  private static final String ALSO_DEAD =
      new Owner(SELF.host(), SELF.pid(), SELF.start() + 2, "00c0ffee").toString();

  private static final String UNKNOWN = new Owner("elsewhere", 1, 1, "00c0ffee").toString();

  /** Of another pid namespace of this boot, such as a container's. */
  private static final String INSIDE =
      new Owner(SELF.host().replaceAll("[0-9]+$", "17"), 1, 1, "00c0ffee").toString();

  /** Where nothing hangs nobody waits for it. */
  private static final Duration AMPLE = Duration.ofMinutes(2);

  /** The number of removals at a time. */
  private static final int PARALLEL = 32;

  private FakeEngine engine;
  private DockerClient client;

  @BeforeEach
  void start() throws IOException {
    engine = new FakeEngine();
    engine.images.put("sha256:1", Map.of());
    client = engine.connect();
  }

  @AfterEach
  void stop() throws IOException {
    engine.close();
    client.close();
  }

  private Reaper reaper() {
    return Reaper.using(client).timeLimit(AMPLE);
  }

  @Nested
  class Decisions {

    @ParameterizedTest(name = "{0}, {1} h old, from {2} h: {3}, {4}")
    @CsvSource(
        delimiter = '|',
        nullValues = "none",
        value = {
          // owner | age | configured age | removed | reason
          "alive   |  0 | none | false | it is this JVM",
          "alive   | 99 | 24   | false | it is this JVM",
          "dead    |  0 | none | true  | its process id belongs to another process",
          "dead    | 99 | 24   | true  | its process id belongs to another process",
          "unknown |  0 | none | false | it is of another host",
          "unknown | 99 | none | false | it is of another host",
          "unknown |  1 | 24   | false | it is of another host",
          "unknown | 99 | 24   | true  | it is of another host, and it is older than 24h",
          "unknown | -9 | 24   | false | it is of another host",
          "inside  |  0 | none | false | it is of another pid namespace, and its file is not here",
          "inside  | 99 | none | false | it is of another pid namespace, and its file is not here",
          "inside  |  1 | 24   | false | it is of another pid namespace, and its file is not here",
          "inside  | 99 | 24   | true  | it is of another pid namespace, and its file is not here, and it is older than 24h",
          "inside  | -9 | 24   | false | it is of another pid namespace, and its file is not here",
          "damaged |  0 | none | false | its label is not one that FreePort writes",
          "damaged | 99 | 24   | false | its label is not one that FreePort writes",
        })
    void eachVerdict(
        String owner, int ageInHours, String configured, boolean removed, String reason) {
      String label =
          switch (owner) {
            case "alive" -> ALIVE;
            case "dead" -> DEAD;
            case "unknown" -> UNKNOWN;
            case "inside" -> INSIDE;
            default -> "../../etc/passwd";
          };
      Map<String, Object> container = container(id(1), Map.of(Labels.OWNER, label));
      container.put("Created", System.currentTimeMillis() / 1000 - ageInHours * 3600L);
      engine.containers.add(container);
      Reaper reaper =
          configured == null
              ? reaper()
              : reaper().unknownOlderThan(Duration.ofHours(Integer.parseInt(configured)));

      ReapPlan plan = reaper.plan();

      assertThat(plan.findings()).extracting(Finding::remove).containsExactly(removed);
      assertThat(plan.findings()).extracting(Finding::reason).containsExactly(reason);
      assertThat(engine.removed()).as("a plan is only a plan").isEmpty();
    }

    /**
     * A clock of ours that is ahead does not make anything old as long as the engine's is right.
     */
    @Test
    void bothClocksHaveToSayThatSomethingIsOld() {
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, UNKNOWN)));
      engine.systemTime = "2001-09-09T02:00:00Z";
      Reaper reaper = reaper().unknownOlderThan(Duration.ofHours(1));
      assertThat(reaper.plan().toRemove()).isEmpty();
      engine.systemTime = "2100-01-01T00:00:00Z";
      assertThat(reaper.plan().toRemove()).hasSize(1);
      engine.systemTime = null;
      assertThat(reaper.plan().toRemove()).as("an engine that tells no time").isEmpty();
      engine.systemTime = "noon";
      assertThat(reaper.plan().toRemove()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
      "org.testcontainers.hash, 'it is a reusable container of Testcontainers, and outlives its JVM'",
      "org.testcontainers.copied_files.hash, 'it is a reusable container of Testcontainers, and outlives its JVM'",
      "org.testcontainers.ryuk, 'it is Ryuk, Testcontainers'' own reaper'",
    })
    void whatIsNeverRemoved(String label, String reason) {
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD, label, "x")));
      ReapReport report = reaper().reap();
      assertThat(report.plan().findings())
          .singleElement()
          .extracting(Finding::life, Finding::reason)
          .containsExactly(Life.DEAD, reason);
      assertThat(engine.removed()).isEmpty();
    }

    @Test
    void whatTheEngineListsWithoutOurLabelIsNoneOfOurBusiness() {
      engine.containers.add(container(id(1), Map.of("some.other", DEAD)));
      Map<String, Object> bare = container(id(2), Map.of());
      bare.remove("Labels");
      engine.containers.add(bare);
      assertThat(reaper().reap().plan().findings()).isEmpty();
      assertThat(engine.removed()).isEmpty();
    }

    /** docker commit keeps labels, and containers of such an image have them, too. */
    @Test
    void aLabelThatComesFromTheImageIsNobodys() {
      engine.images.put("sha256:1", Map.of(Labels.OWNER, DEAD));
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD)));
      assertThat(reaper().reap().plan().findings())
          .extracting(Finding::reason)
          .containsExactly("its label is its image's");
      engine.images.clear();
      assertThat(reaper().reap().plan().findings())
          .extracting(Finding::reason)
          .containsExactly("its image is gone, so that its label may be the image's");
      assertThat(engine.removed()).isEmpty();
    }

    @Test
    void aContainerWhoseImageCannotBeLookedAtStaysAndTheOthersGo() {
      Map<String, Object> broken = container(id(1), Map.of(Labels.OWNER, DEAD));
      broken.put("ImageID", "sha256:2");
      engine.containers.addAll(List.of(broken, container(id(2), Map.of(Labels.OWNER, DEAD))));
      engine.fault =
          request ->
              request.matches(".*/images/sha256(:|%3A)2/json")
                  ? new Answer(500, "bad layer")
                  : null;
      ReapReport report = reaper().reap();
      assertThat(report.problem()).isEmpty();
      assertThat(engine.removed()).containsExactly(id(2));
      assertThat(report.plan().findings().get(0).reason())
          .startsWith("its image cannot be looked at (Status 500: ")
          .contains("bad layer")
          .endsWith("), so its label may be the image's");
    }

    @Test
    void networksAndVolumesWithOurLabelFollowTheContainers() {
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD)));
      engine.networks.add(network(id(2), Map.of(Labels.OWNER, DEAD)));
      engine.networks.add(network(id(3), Map.of(Labels.OWNER, ALIVE)));
      engine.volumes.add(volume("data", Map.of(Labels.OWNER, DEAD)));
      engine.volumes.add(volume("others", Map.of(Labels.OWNER, UNKNOWN)));
      ReapReport report = reaper().reap();
      assertThat(engine.removed()).first().isEqualTo(id(1));
      assertThat(engine.removed()).containsExactlyInAnyOrder(id(1), id(2), "data");
      assertThat(report.toString())
          .matches(
              "Removed 1 container, 1 network, 1 volume that dead test runs left behind: 1 container, 1 network, 1 volume"
                  + " of the JVM with pid "
                  + SELF.pid()
                  + " \\(its process id belongs to another process\\), up to \\d+ d old\\.");
    }

    @Test
    void whatASessionMadeGoesWhenAllOfItsContainersAreDead() {
      String key = Labels.TESTCONTAINERS_SESSION;
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD, key, "session")));
      engine.containers.add(container(id(2), Map.of(Labels.OWNER, DEAD, key, "session")));
      engine.networks.add(network(id(3), Map.of(key, "session")));
      engine.networks.add(network(id(4), Map.of(key, "another")));
      engine.volumes.add(volume("data", Map.of(key, "session")));
      reaper().reap();
      assertThat(engine.removed()).containsExactlyInAnyOrder(id(1), id(2), id(3), "data");
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void whatASessionMadeStaysWhenOneOfItsContainersIsNotDead(boolean labelled) {
      String key = Labels.TESTCONTAINERS_SESSION;
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD, key, "session")));
      engine.containers.add(
          container(
              id(2),
              labelled ? Map.of(Labels.OWNER, ALIVE, key, "session") : Map.of(key, "session")));
      engine.networks.add(network(id(3), Map.of(key, "session")));
      engine.volumes.add(volume("data", Map.of(key, "session")));
      reaper().reap();
      assertThat(engine.removed()).containsExactly(id(1));
    }

    /** A person's project may have the same name, and months of data. */
    @Test
    void whatAProjectHasStaysUnlessItHasALabelOfItsOwn() {
      String key = "com.docker.compose.project";
      engine.containers.add(
          container(id(1), Map.of(Labels.OWNER, DEAD, key, "shop", "io.freeport.compose", "x")));
      engine.networks.add(network(id(2), Map.of(key, "shop")));
      engine.networks.add(network(id(3), Map.of(key, "shop", Labels.OWNER, DEAD)));
      engine.volumes.add(volume("shop_db", Map.of(key, "shop")));
      engine.volumes.add(volume("shop_cache", Map.of(key, "shop", Labels.OWNER, DEAD)));
      reaper().reap();
      assertThat(engine.removed()).containsExactlyInAnyOrder(id(1), id(3), "shop_cache");
    }

    /** A network without containers says nothing but the session that made it. */
    @Test
    void networksOfAJvmOnRecordGoOnceItIsDead() throws IOException {
      String dead = session(DEAD);
      String alive = session(ALIVE);
      String unknown = session(UNKNOWN);
      String broken = session("../../x");
      try {
        int id = 1;
        for (String each : List.of(dead, alive, unknown, broken, "never-recorded")) {
          engine.networks.add(network(id(id++), Map.of(Labels.TESTCONTAINERS_SESSION, each)));
        }
        ReapReport report = reaper().reap();
        assertThat(engine.removed()).containsExactly(id(1));
        assertThat(report.removed())
            .singleElement()
            .extracting(Finding::owner, Finding::reason)
            .containsExactly(DEAD, "it belongs to the session " + dead + ", its JVM has ended");
        assertThat(sessions().resolve(dead)).exists();

        reaper().reap();
        assertThat(sessions().resolve(dead)).as("nothing of it is left").doesNotExist();
        for (String each : List.of(alive, unknown, broken)) {
          assertThat(sessions().resolve(each)).exists();
        }
      } finally {
        for (String each : List.of(dead, alive, unknown, broken)) {
          Files.deleteIfExists(sessions().resolve(each));
        }
      }
    }

    private String session(String owner) throws IOException {
      String session = UUID.randomUUID().toString();
      Files.writeString(sessions().resolve(session), owner);
      return session;
    }

    @ParameterizedTest
    @CsvSource({"403", "404", "500"})
    void whatMayBeListedIsReapedAndTheRestIsTold(int status) throws IOException {
      String dead = session(DEAD);
      try {
        engine.containers.add(
            container(id(1), Map.of(Labels.OWNER, DEAD, Labels.IMAGE, "busybox:1.35")));
        engine.containers.add(
            container(id(2), Map.of(Labels.OWNER, DEAD, Labels.IMAGE, "committed:1")));
        engine.containers.add(container(id(3), Map.of(Labels.OWNER, DEAD)));
        engine.networks.add(network(id(4), Map.of(Labels.OWNER, DEAD)));
        engine.volumes.add(volume("data", Map.of(Labels.OWNER, DEAD)));
        engine.fault =
            request ->
                request.matches(".*/(networks|volumes|images)\\b.*")
                    ? new Answer(status, "by administrative rules")
                    : null;
        ReapReport report = reaper().reap();
        assertThat(engine.removed())
            .isEqualTo(status == 404 ? List.of() : List.of(id(1))); // 404: the image is gone
        assertThat(report.problem()).isEmpty();
        assertThat(report.plan().unseen())
            .get()
            .asString()
            .startsWith(
                "the Docker engine of the reaper's client does not let networks and volumes be listed, so these stay (Status "
                    + status);
        assertThat(sessions().resolve(dead)).exists();
      } finally {
        Files.deleteIfExists(sessions().resolve(dead));
      }
    }

    /** An engine removes a network that a stopped container needs. */
    @Test
    void whatAPersonsContainerRefersToStays() {
      engine.networks.add(network(id(1), Map.of(Labels.OWNER, DEAD)));
      engine.networks.add(network(id(2), Map.of(Labels.OWNER, DEAD)));
      engine.networks.add(network(id(3), Map.of(Labels.OWNER, DEAD)));
      engine.networks.forEach(network -> network.put("Name", "net-" + network.get("Id")));
      engine.volumes.add(volume("data", Map.of(Labels.OWNER, DEAD)));
      engine.volumes.add(volume("cache", Map.of(Labels.OWNER, DEAD)));
      engine.containers.add(container(id(4), Map.of(Labels.OWNER, DEAD)));
      engine.containers.add(container(id(5), Map.of(Labels.OWNER, DEAD)));
      refersToNetwork(engine.containers.get(0), "net-" + id(2), id(2));
      Map<String, Object> persons = container(id(6), Map.of());
      persons.put("State", "exited");
      refersToNetwork(persons, "net-" + id(1), "");
      persons.put("Mounts", List.of(Map.of("Name", "data", "Type", "volume")));
      persons.put("HostConfig", Map.of("NetworkMode", "container:" + id(4)));
      engine.containers.add(persons);

      ReapReport report = reaper().reap();

      assertThat(engine.removed())
          .as("what the container refers to that is kept for the person's stays too")
          .containsExactlyInAnyOrder(id(3), id(5), "cache");
      assertThat(report.plan().findings())
          .filteredOn(finding -> !finding.remove())
          .extracting(Finding::reason)
          .containsExactlyInAnyOrder(
              "a container that stays refers to it: " + id(6),
              "a container that stays refers to it: " + id(6),
              "a container that stays refers to it: " + id(6),
              "a container that stays refers to it: " + id(4));
    }

    private void refersToNetwork(Map<String, Object> container, String name, String id) {
      container.put("NetworkSettings", Map.of("Networks", Map.of(name, Map.of("NetworkID", id))));
    }

    /** It was made when the session began, and the containers of those days are gone. */
    @Test
    void aNetworkGoesWithItsSessionHoweverOldItIs() {
      String key = Labels.TESTCONTAINERS_SESSION;
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD, key, "session")));
      Map<String, Object> network = network(id(2), Map.of(key, "session"));
      network.put("Created", "2001-09-08T01:46:40Z");
      engine.networks.add(network);
      reaper().reap();
      assertThat(engine.removed()).containsExactly(id(1), id(2));
    }

    @ParameterizedTest
    @CsvSource({"../images/busybox", "1234", "0123456789abcdef/../../x", "ABCDEF0123456789", "''"})
    void anIdThatNoEngineGivesIsNotAskedFor(String id) {
      engine.containers.add(container(id, Map.of(Labels.OWNER, DEAD)));
      engine.networks.add(network(id, Map.of(Labels.OWNER, DEAD)));
      engine.volumes.add(volume("../" + id, Map.of(Labels.OWNER, DEAD)));
      assertThat(reaper().reap().plan().findings())
          .extracting(Finding::reason)
          .containsOnly("its id is not one that an engine gives");
      assertThat(engine.requests).noneMatch(request -> request.startsWith("DELETE"));
    }
  }

  @Nested
  class Removals {

    @Test
    void withNothingToRemoveEachListIsAskedForOnce() {
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, ALIVE)));
      reaper().reap();
      assertThat(engine.requests)
          .extracting(request -> request.replaceAll(".*/", ""))
          .containsExactlyInAnyOrder("json", "networks", "volumes");
    }

    @Test
    void removesInParallelWithABound() {
      for (int i = 0; i < 100; i++) {
        engine.containers.add(container(id(i), Map.of(Labels.OWNER, DEAD)));
      }
      CountDownLatch full = new CountDownLatch(PARALLEL);
      engine.fault =
          request -> {
            if (request.startsWith("DELETE")) {
              full.countDown();
              return engine.await(full);
            }
            return null;
          };
      long before = PortStatistics.ofThisJvm().reaped();
      ReapReport report = reaper().reap();
      assertThat(report.removed()).hasSize(100);
      assertThat(engine.removed()).hasSize(100).doesNotHaveDuplicates();
      assertThat(engine.mostAtATime).hasValue(PARALLEL);
      assertThat(PortStatistics.ofThisJvm().reaped() - before).isEqualTo(100);
    }

    /** The status is the engine's answer to each attempt; the last one stays. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
        delimiter = '|',
        value = {
          // case | answers | attempts | removed | left
          "removed by another | 404 | 1 | 0 | 0",
          "another reaper is at it | 409 removal of container x is already in progress, 404 | 2 | 0 | 0",
          "another reaper takes long | 409 removal of container x is already in progress | 3 | 0 | 0",
          "a failure that passes | 500 device busy, 204 | 2 | 1 | 0",
          "a failure that stays | 500 device busy | 3 | 0 | 1",
          "another conflict | 409 something else | 3 | 0 | 1",
          "not allowed | 403 denied by a plugin | 3 | 0 | 1",
          "no container after a failure | 500 device busy, 404 | 2 | 0 | 0",
        })
    void failuresOfTheRemoval(String name, String answers, int attempts, int removed, int left) {
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD)));
      script("DELETE", answers);
      ReapReport report = reaper().reap();
      assertThat(engine.removed()).as(name).hasSize(attempts);
      assertThat(report.removed()).as(name).hasSize(removed);
      assertThat(report.left()).as(name).hasSize(left);
      assertThat(report.problem()).as(name).isEmpty();
    }

    @Test
    void whatIsInUseIsLeftAtOnce() {
      engine.networks.add(network(id(1), Map.of(Labels.OWNER, DEAD)));
      engine.volumes.add(volume("data", Map.of(Labels.OWNER, DEAD)));
      engine.fault =
          request ->
              !request.startsWith("DELETE")
                  ? null
                  : request.contains("/networks/")
                      ? new Answer(
                          403, "error while removing network: network net has active endpoints")
                      : new Answer(409, "remove data: volume is in use - [0123]");
      ReapReport report = reaper().reap();
      assertThat(engine.removed()).hasSize(2);
      assertThat(report.left()).hasSize(2);
    }

    @Test
    void aListOfContainersThatFailsIsAProblemAndNothingIsRemoved() {
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD)));
      engine.fault =
          request -> request.endsWith("/containers/json") ? new Answer(500, "broken") : null;
      ReapReport report = reaper().reap();
      assertThat(report.problem()).get().asString().contains("broken");
      assertThat(engine.removed()).isEmpty();
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> reaper().plan())
          .withMessageContaining("broken");
    }

    @Test
    void aListThatHangsTakesTheTimeLimitAndNoMore() {
      AtomicBoolean asked = new AtomicBoolean();
      engine.fault = request -> request.endsWith("/volumes") ? hang(asked) : null;
      ReapReport report = reapInAHurry(Reaper.using(client), asked);
      assertThat(report.problem())
          .get()
          .asString()
          .matches(
              "the Docker engine of the reaper's client did not answer everything within \\d+ ms");
    }

    @Test
    void anEngineThatIsNotFoundInTimeIsNotNamed() {
      CountDownLatch never = new CountDownLatch(1);
      ReapReport report =
          Reaper.connecting(
                  () -> {
                    engine.await(never);
                    return client;
                  },
                  () -> {
                    engine.await(never);
                    return "at nowhere";
                  })
              .timeLimit(Duration.ofMillis(100))
              .reap();
      never.countDown();
      assertThat(report.problem()).contains("no Docker engine was found within 100 ms");
    }

    @Test
    void whoeverIsInterruptedIsToldSo() {
      engine.fault = request -> engine.hang();
      Thread.currentThread().interrupt();
      ReapReport report = reaper().reap();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(report.problem())
          .contains("the Docker engine was not waited for, since this thread was interrupted");
    }

    @Test
    void aRemovalThatHangsKeepsNoOtherOneUp() {
      for (int i = 0; i < 10; i++) {
        engine.containers.add(container(id(i), Map.of(Labels.OWNER, DEAD)));
      }
      engine.networks.add(network(id(10), Map.of(Labels.OWNER, DEAD)));
      engine.networks.add(network(id(11), Map.of(Labels.OWNER, ALSO_DEAD)));
      engine.volumes.add(volume("data", Map.of(Labels.OWNER, ALSO_DEAD)));
      engine.fault = request -> request.endsWith(id(3)) ? engine.hang() : null;
      Thread test = Thread.currentThread();
      ReapReport report =
          reaper()
              .listener(
                  (done, total) -> {
                    if (done == total - 2) {
                      test.interrupt(); // all others are removed, so it stops waiting
                    }
                  })
              .reap();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(report.removed()).hasSize(11);
      assertThat(report.left()).extracting(Finding::id).containsExactly(id(3), id(10));
      assertThat(report.problem()).isPresent();
    }

    /** The plan is of one moment; what comes later is not in it. */
    @Test
    void whatAppearsMeanwhileIsNotTouched() {
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD)));
      engine.fault =
          request -> {
            if (request.startsWith("DELETE") && engine.containers.size() == 1) {
              engine.containers.add(container(id(2), Map.of(Labels.OWNER, DEAD)));
            }
            return null;
          };
      reaper().reap();
      assertThat(engine.removed()).containsExactly(id(1));
    }

    /** Between the list and the removal, somebody removes the volume and makes another. */
    @ParameterizedTest
    @CsvSource({"Labels", "CreatedAt"})
    void aVolumeThatIsAnotherOneByNowStays(String changed) {
      engine.volumes.add(volume("data", Map.of(Labels.OWNER, DEAD)));
      Map<String, Object> another = volume("data", Map.of(Labels.OWNER, DEAD));
      another.put(
          changed, changed.equals("Labels") ? Map.of(Labels.OWNER, ALIVE) : "2001-09-09T02:00:00Z");
      engine.fault =
          request -> {
            if (request.endsWith("/volumes/data")) {
              engine.volumes.set(0, another);
            }
            return null;
          };
      ReapReport report = reaper().reap();
      assertThat(engine.removed()).isEmpty();
      assertThat(report.spared()).extracting(Finding::id).containsExactly("data");
      assertThat(report.left()).isEmpty();
    }

    /** Its containers go, and meanwhile somebody starts one that is to use the same network. */
    @Test
    void aSessionThatHasContainersAgainStays() {
      String key = Labels.TESTCONTAINERS_SESSION;
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD, key, "shop")));
      engine.networks.add(network(id(2), Map.of(key, "shop")));
      engine.volumes.add(volume("shop_db", Map.of(key, "shop")));
      engine.fault =
          request -> {
            if (request.startsWith("DELETE")) {
              engine.containers.add(container(id(3), Map.of(key, "shop")));
            }
            return null;
          };
      ReapReport report = reaper().reap();
      assertThat(engine.removed()).containsExactly(id(1));
      assertThat(report.spared()).extracting(Finding::id).containsExactly(id(2), "shop_db");
      assertThat(report.left()).isEmpty();
    }

    /** It is another dead owner's, so the network did not wait for it. */
    @Test
    void aNetworkIsTriedAgainUntilTheContainerInItIsGone() throws Exception {
      CountDownLatch tries = new CountDownLatch(2);
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD)));
      engine.networks.add(network(id(2), Map.of(Labels.OWNER, ALSO_DEAD)));
      engine.fault =
          request -> {
            if (request.startsWith("DELETE") && request.endsWith(id(1))) {
              return engine.await(tries);
            }
            if (!request.endsWith("/networks/" + id(2)) || engine.containers.isEmpty()) {
              return null;
            }
            tries.countDown();
            return new Answer(403, "error while removing network: x has active endpoints");
          };
      assertThat(reaper().reap().removed()).extracting(Finding::id).containsExactly(id(1), id(2));
    }

    /** Another reaper is removing the container that is in the network. */
    @Test
    void aNetworkIsTriedAgainUntilTheOtherReaperIsDone() {
      engine.containers.add(container(id(1), Map.of(Labels.OWNER, DEAD)));
      engine.networks.add(network(id(2), Map.of(Labels.OWNER, DEAD)));
      AtomicInteger tries = new AtomicInteger();
      engine.fault =
          request -> {
            if (request.endsWith("/containers/" + id(1)) && request.startsWith("DELETE")) {
              return new Answer(409, "removal of container x is already in progress");
            }
            if (request.endsWith("/containers/" + id(1) + "/json") && tries.get() == 1) {
              return new Answer(500, "this look fails");
            }
            if (request.endsWith("/networks/" + id(2)) && !engine.containers.isEmpty()) {
              if (tries.incrementAndGet() == 5) {
                engine.containers.clear();
              }
              return new Answer(403, "error while removing network: x has active endpoints");
            }
            return null;
          };
      ReapReport report = reaper().reap();
      assertThat(report.left()).isEmpty();
      assertThat(report.removed()).extracting(Finding::id).containsExactly(id(2));
      assertThat(tries).hasValue(5);
    }

    @Test
    void whateverIsThrownIsInTheReport() {
      Reaper broken =
          Reaper.connecting(
              () -> {
                throw new StackOverflowError("deep");
              },
              () -> "at the test");
      assertThat(broken.reap().problem()).contains("java.lang.StackOverflowError: deep");
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(broken::plan)
          .withMessageContaining("deep");
    }

    /** Forbidden: the closing makes the pending request fail, and the report says that. */
    @Test
    void onTimeoutTheConnectionIsClosedAndTheTimeoutStaysTheReason() throws Exception {
      AtomicBoolean asked = new AtomicBoolean();
      engine.fault = request -> request.endsWith("/volumes") ? hang(asked) : null;
      Semaphore closed = new Semaphore(0);
      Reaper reaper =
          connecting(
              engine::connect,
              own -> {
                own.close();
                closed.release();
              });
      ReapReport report = reapInAHurry(reaper, asked);
      assertThat(report.problem())
          .get()
          .asString()
          .matches("the Docker engine at the test did not answer everything within \\d+ ms");
      closed.acquire();
    }

    /** Forbidden: the report says that the engine did not answer in time. */
    @Test
    void aFailureStaysTheReasonWhenTheClosingHangs() {
      CountDownLatch end = new CountDownLatch(1);
      engine.fault = request -> new Answer(500, "broken");
      ReapReport report = connecting(() -> client, own -> end.await()).timeLimit(AMPLE).reap();
      assertThat(report.problem()).get().asString().contains("broken");
      end.countDown();
    }

    /** Forbidden: a suite whose engine has answered waits for the closing. */
    @Test
    void aClosingThatHangsKeepsNobodyUp() {
      CountDownLatch end = new CountDownLatch(1);
      ReapReport report = connecting(() -> client, own -> end.await()).timeLimit(AMPLE).reap();
      assertThat(report.problem()).isEmpty();
      end.countDown();
    }

    @Test
    void whoeverReclaimsIsToldThatItTookTooLong() {
      AtomicInteger tooLong = new AtomicInteger();
      Reaper reaper = reaper().timeLimit(Duration.ofMillis(300));
      engine.fault = request -> new Answer(500, "broken");
      assertThat(reaper().reclaim(Set.of(1), tooLong::incrementAndGet)).isFalse();
      assertThat(tooLong).hasValue(0);
      engine.fault = request -> engine.hang();
      assertThat(reaper.reclaim(Set.of(1), tooLong::incrementAndGet)).isFalse();
      assertThat(tooLong).hasValue(1);
    }

    @Test
    void portsAreReclaimedOnlyFromTheDead() {
      Map<String, Object> living = container(id(1), Map.of(Labels.OWNER, ALIVE));
      living.put("Ports", List.of(Map.of("PrivatePort", 80, "PublicPort", 15432, "Type", "tcp")));
      Map<String, Object> dead = container(id(2), Map.of(Labels.OWNER, DEAD));
      dead.put("Ports", List.of(Map.of("PrivatePort", 80, "PublicPort", 15433, "Type", "tcp")));
      engine.containers.addAll(List.of(living, dead));
      assertThat(reaper().reclaim(Set.of(15432, 15434), () -> {})).isFalse();
      assertThat(engine.removed()).isEmpty();
      assertThat(reaper().reclaim(Set.of(15433), () -> {})).isTrue();
      assertThat(engine.removed()).containsExactly(id(2));
    }
  }

  @Nested
  class ConfigurationAndOutput {

    @Test
    void badArguments() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> reaper().unknownOlderThan(Duration.ZERO))
          .withMessageStartingWith("The age must be positive, but was PT0S.");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> reaper().timeLimit(Duration.ofSeconds(-1)))
          .withMessageStartingWith(
              "The time limit must be positive and no longer than a day, but was PT-1S. ");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> reaper().timeLimit(Duration.ofSeconds(Long.MAX_VALUE)))
          .withMessageStartingWith("The time limit must be positive and no longer than a day");
    }

    @ParameterizedTest
    @CsvSource({"0s", "25h"})
    void badTimeouts(String timeout) {
      System.setProperty("freeport.reaper.timeout", timeout);
      try {
        assertThatIllegalArgumentException()
            .isThrownBy(ReapPassTest.this::reaper)
            .withMessageStartingWith(
                "freeport.reaper.timeout must be positive and no longer than a day");
      } finally {
        System.clearProperty("freeport.reaper.timeout");
      }
    }

    @Test
    void aPlanIsPrintedOnOneLineEach() {
      Map<String, String> labels = new HashMap<>();
      labels.put(Labels.OWNER, "x\n\u001b[31mremove everything\r" + "y".repeat(1_000_000));
      engine.containers.add(container(id(1), labels));
      String printed = reaper().plan().toString();
      assertThat(printed)
          .startsWith(
              "keep container 000000000001 (busybox:1.35) of x\\n\\u001b[31mremove everything\\ry")
          .hasSizeLessThan(1000)
          .doesNotContain("\n", "\u001b", "\r");
    }
  }

  private static Reaper connecting(Supplier<DockerClient> connection, Closing closing) {
    return Reaper.connecting(
        () -> {
          DockerClient connected = connection.get();
          return new DockerClientDelegate() {
            @Override
            protected DockerClient getDockerClient() {
              return connected;
            }

            @Override
            public void close() throws IOException {
              try {
                closing.of(connected);
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            }
          };
        },
        () -> "at the test");
  }

  /**
   * Runs a pass whose time is over when the engine hangs. On a busy machine the time may be over
   * before the engine is asked: then there is more of it.
   */
  private static ReapReport reapInAHurry(Reaper reaper, AtomicBoolean asked) {
    for (Duration limit = Duration.ofMillis(300); ; limit = limit.multipliedBy(2)) {
      ReapReport report = reaper.timeLimit(limit).reap();
      if (asked.get()) {
        return report;
      }
    }
  }

  private Answer hang(AtomicBoolean asked) {
    asked.set(true);
    return engine.hang();
  }

  /** What the closing of a client does. */
  private interface Closing {
    void of(DockerClient client) throws IOException, InterruptedException;
  }

  private void script(String method, String answers) {
    String[] each = answers.split(", ", -1);
    AtomicInteger next = new AtomicInteger();
    engine.fault =
        request -> {
          if (!request.startsWith(method)) {
            return null;
          }
          String answer = each[Math.min(next.getAndIncrement(), each.length - 1)].strip();
          return answer.equals("204")
              ? null
              : new Answer(Integer.parseInt(answer.substring(0, 3)), answer.substring(3).strip());
        };
  }

  private static String id(int number) {
    return String.format("%012d", number) + "0".repeat(52);
  }
}
