package io.freeport.docker.reaper;

import static io.freeport.docker.testing.FakeEngine.container;
import static io.freeport.docker.testing.FakeEngine.network;
import static io.freeport.docker.testing.FakeEngine.volume;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Life;
import io.freeport.docker.testing.FakeEngine;
import io.freeport.docker.testing.FakeEngine.Answer;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What leases tell of owners on other hosts. */
class LeasesTest {

  private static final Owner SELF = OwnerRegistry.of(Settings.ofThisJvm()).self();
  private static final String ELSEWHERE = new Owner("elsewhere", 1, 1, "00c0ffee").toString();
  private static final String ANOTHER = new Owner("elsewhere", 2, 1, "00c0ffee").toString();
  private static final String ALIVE = SELF.toString();
  private static final String DEAD =
      new Owner(SELF.host(), SELF.pid(), SELF.start() + 1, "00c0ffee").toString();

  private static final int ROUNDS = Integer.getInteger("hostile.rounds", 1);

  private static final String CONTAINER = "c".repeat(12);
  private static final String LONG_AGO = "2099-12-31T23:58:59.500Z";

  private FakeEngine engine;
  private DockerClient client;

  @BeforeEach
  void start() throws IOException {
    engine = new FakeEngine(); // it is 2100 there
    engine.images.put("sha256:1", Map.of());
    client = engine.connect();
    engine.containers.add(container(CONTAINER, Map.of(Labels.OWNER, ELSEWHERE)));
  }

  @AfterEach
  void stop() throws IOException {
    engine.close();
    client.close();
  }

  private Reaper reaper() {
    return Reaper.using(client).timeLimit(Duration.ofMinutes(1));
  }

  private Finding verdict() {
    return reaper().plan().findings().stream()
        .filter(finding -> finding.id().equals(CONTAINER))
        .findFirst()
        .orElseThrow();
  }

  private void lease(String id, String owner, String state, long created) {
    Map<String, Object> lease = container(id, Map.of(Labels.OWNER, owner, Labels.LEASE, "1"));
    lease.put("State", state);
    lease.put("Created", created);
    engine.containers.add(lease);
  }

  private Map<String, Object> ended(String id, int status, String finished) {
    Map<String, Object> state =
        new HashMap<>(
            Map.of(
                "Status", "exited", "Running", false, "ExitCode", status, "FinishedAt", finished));
    Map<String, Object> config =
        new HashMap<>(Map.of("Entrypoint", List.of("cat"), "OpenStdin", true, "StdinOnce", true));
    Map<String, Object> details = new HashMap<>(Map.of("Id", id, "State", state, "Config", config));
    engine.details.put(id, details);
    return details;
  }

  private static String id(int number) {
    return "%012x".formatted(number);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        // the older lease: state, status; the newer one: state, status, end; verdict
        "none, 0, running, 0, none, ALIVE",
        "running, 0, exited, 0, 2000-01-01T00:00:00Z, ALIVE",
        "exited, 0, running, 0, none, ALIVE",
        "none, 0, exited, 0, 2099-12-31T23:58:59.500Z, DEAD",
        "none, 0, exited, 0, 2099-12-31T23:59:00.500Z, UNKNOWN",
        "none, 0, exited, 0, 2100-01-01T00:00:05Z, UNKNOWN",
        "none, 0, exited, 0, soon, UNKNOWN",
        "exited, 137, exited, 0, 2099-12-31T23:58:59.500Z, DEAD",
        "exited, 0, exited, 137, 2000-01-01T00:00:00Z, UNKNOWN",
        "none, 0, exited, 137, 2000-01-01T00:00:00Z, UNKNOWN",
        "none, 0, exited, 255, 2000-01-01T00:00:00Z, UNKNOWN",
        "none, 0, created, 0, 0001-01-01T00:00:00Z, UNKNOWN",
        "exited, 0, created, 0, 0001-01-01T00:00:00Z, UNKNOWN",
        "none, 0, paused, 0, 0001-01-01T00:00:00Z, UNKNOWN",
        "none, 0, none, 0, none, UNKNOWN"
      })
  void verdicts(
      @Nullable String older,
      int olderStatus,
      @Nullable String newer,
      int newerStatus,
      @Nullable String end,
      Life expected) {
    if (older != null) {
      lease(id(1), ELSEWHERE, older, 100);
      ended(id(1), olderStatus, "2000-01-01T00:00:00Z");
    }
    if (newer != null) {
      lease(id(2), ELSEWHERE, newer, 200);
      if (end != null) {
        Map<String, Object> details = ended(id(2), newerStatus, end);
        state(details).put("Status", newer);
      }
    }
    Finding finding = verdict();
    assertThat(finding.life()).isEqualTo(expected);
    assertThat(finding.remove()).isEqualTo(expected == Life.DEAD);
    assertThat(finding.reason())
        .isEqualTo(
            switch (expected) {
              case ALIVE -> "its lease runs";
              case DEAD -> "its lease ended at " + end + ", and it has no other";
              case UNKNOWN -> "it is of another host";
            });
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> state(Map<String, Object> details) {
    return (Map<String, Object>) Objects.requireNonNull(details.get("State"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> config(Map<String, Object> details) {
    return (Map<String, Object>) Objects.requireNonNull(details.get("Config"));
  }

  @ParameterizedTest
  @CsvSource({
    "Entrypoint",
    "OpenStdin",
    "StdinOnce",
    "Error",
    "OOMKilled",
    "RestartCount",
    "same second",
    "no time",
    "refused",
    "gone",
    "other label",
    "Podman",
    "no version"
  })
  void inDoubtNothingIsRemoved(String doubt) {
    lease(id(1), doubt.equals("other label") ? ANOTHER : ELSEWHERE, "exited", 100);
    Map<String, Object> details = ended(id(1), 0, LONG_AGO);
    switch (doubt) {
      case "Entrypoint" -> config(details).put(doubt, List.of("true"));
      case "OpenStdin", "StdinOnce" -> config(details).put(doubt, false);
      case "Error" -> state(details).put(doubt, "it broke");
      case "OOMKilled" -> state(details).put(doubt, true);
      case "RestartCount" -> details.put(doubt, 1);
      case "same second" -> {
        lease(id(2), ELSEWHERE, "exited", 100);
        ended(id(2), 137, LONG_AGO);
      }
      case "no time" -> engine.systemTime = null;
      case "refused" -> answerToLook(new Answer(403, "by administrative rules"));
      case "gone" -> answerToLook(new Answer(404, "no such container"));
      case "Podman" -> engine.parts = List.of(Map.of("Name", "Podman Engine", "Version", "5.8.6"));
      case "no version" ->
          engine.fault =
              request ->
                  request.endsWith("/version") ? new Answer(403, "by administrative rules") : null;
      default -> assertThat(doubt).isEqualTo("other label");
    }
    assertThat(reaper().reap().removed()).extracting(Finding::id).doesNotContain(CONTAINER);
    assertThat(engine.removed()).doesNotContain(CONTAINER);
  }

  private void answerToLook(Answer answer) {
    engine.fault = request -> request.endsWith("/containers/" + id(1) + "/json") ? answer : null;
  }

  /** This host sees its own owners, whatever somebody wrote on a container. */
  @Test
  void theEndedLeaseOfAnOwnerOfThisHostTellsNothing() {
    engine.containers.clear();
    engine.containers.add(container(CONTAINER, Map.of(Labels.OWNER, ALIVE)));
    lease(id(1), ALIVE, "exited", 100);
    ended(id(1), 0, LONG_AGO);
    assertThat(verdict().life()).isEqualTo(Life.ALIVE);
  }

  /** As on two machines that were restored from one snapshot, and share an engine. */
  @Test
  void anOwnerThatSeemsToBeOfThisHostLivesWhileItsLeaseRuns() {
    engine.containers.clear();
    engine.containers.add(container(CONTAINER, Map.of(Labels.OWNER, DEAD)));
    assertThat(verdict().life()).isEqualTo(Life.DEAD);
    lease(id(1), DEAD, "running", 100);
    assertThat(verdict().life()).isEqualTo(Life.ALIVE);
    assertThat(reaper().reap().removed()).isEmpty();
  }

  @Test
  void theLeaseGoesLast() {
    lease(id(1), ELSEWHERE, "exited", 100);
    ended(id(1), 0, LONG_AGO);
    engine.networks.add(network(id(5), Map.of(Labels.OWNER, ELSEWHERE)));
    engine.volumes.add(volume("data", Map.of(Labels.OWNER, ELSEWHERE)));
    engine.containers.add(container(id(6), Map.of(Labels.OWNER, ELSEWHERE)));
    assertThat(reaper().reap().left()).isEmpty();
    assertThat(engine.removed())
        .containsExactlyInAnyOrder(CONTAINER, id(6), id(5), "data", id(1))
        .endsWith(id(1));
  }

  @Test
  void theLeaseStaysWithWhatCouldNotBeRemoved() {
    lease(id(1), ELSEWHERE, "exited", 100);
    ended(id(1), 0, LONG_AGO);
    engine.fault =
        request ->
            request.startsWith("DELETE ") && request.endsWith(CONTAINER)
                ? new Answer(500, "busy")
                : null;
    assertThat(reaper().reap().left())
        .extracting(Finding::id)
        .containsExactlyInAnyOrder(CONTAINER, id(1));
    assertThat(engine.removed()).doesNotContain(id(1));
  }

  /** Something else refers to the network, so it stays; the next reaper has to judge it, too. */
  @Test
  void theLeaseStaysWithWhatIsKept() {
    lease(id(1), ELSEWHERE, "exited", 100);
    ended(id(1), 0, LONG_AGO);
    engine.networks.add(network(id(5), Map.of(Labels.OWNER, ELSEWHERE)));
    Map<String, Object> persons = container(id(7), Map.of());
    persons.put("NetworkSettings", Map.of("Networks", Map.of("net", Map.of("NetworkID", id(5)))));
    engine.containers.add(persons);
    ReapReport report = reaper().reap();
    assertThat(engine.removed()).containsExactly(CONTAINER);
    assertThat(report.plan().findings())
        .filteredOn(finding -> finding.id().equals(id(1)))
        .singleElement()
        .extracting(Finding::reason)
        .isEqualTo("it tells of its owner, of whom something stays");
  }

  /** As of a JVM that was killed between two commands, or of one whose engine ended before it. */
  @ParameterizedTest
  @CsvSource({
    "created, 0001-01-01T00:00:00Z, 1000, true",
    "created, 0001-01-01T00:00:00Z, 4102444790, false",
    "exited, 2099-12-31T23:58:59Z, 1000, true",
    "exited, 2099-12-31T23:59:30Z, 1000, false",
    "paused, 0001-01-01T00:00:00Z, 1000, false"
  })
  void aLeaseThatTellsNothingGoes(String state, String end, long created, boolean goes) {
    lease(id(1), ELSEWHERE, state, created);
    state(ended(id(1), 137, end)).put("Status", state);
    assertThat(reaper().reap().problem()).isEmpty();
    assertThat(engine.removed()).isEqualTo(goes ? List.of(id(1)) : List.of());
  }

  /** As of an image that somebody has made of a lease. */
  @Test
  void whatOnlyLooksLikeALeaseStays() {
    lease(id(1), ELSEWHERE, "exited", 1000);
    config(ended(id(1), 137, LONG_AGO)).put("StdinOnce", false);
    lease(id(2), ANOTHER, "exited", 1000);
    ended(id(2), 137, LONG_AGO);
    engine.images.put("sha256:1", Map.of(Labels.OWNER, ANOTHER, Labels.LEASE, "1"));
    assertThat(reaper().reap().problem()).isEmpty();
    assertThat(engine.removed()).isEmpty();
  }

  /** Without the newer one, the older one would tell that the owner is dead. */
  @Test
  void oneOfTwoLeasesStays() {
    lease(id(1), ELSEWHERE, "exited", 100);
    ended(id(1), 0, LONG_AGO);
    lease(id(2), ELSEWHERE, "exited", 200);
    ended(id(2), 137, LONG_AGO);
    assertThat(reaper().reap().problem()).isEmpty();
    assertThat(engine.removed()).isEmpty();
  }

  /** Leases as anybody may have made them; the seed is in the failure. Ten rounds have 10 000. */
  @Test
  void hostileLeases() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int dead = 0;
    for (int round = 0; round < ROUNDS; round++) {
      engine.containers.clear();
      engine.details.clear();
      engine.requests.clear();
      Set<String> mayGo = new HashSet<>();
      for (int i = 0; i < 400; i++) {
        String owner =
            random.nextInt(10) == 0
                ? "owner-" + i + "\u001b[2J/../"
                : new Owner("elsewhere", i + 1, 1, "00c0ffee").toString();
        String container = id(i * 10 + 9);
        engine.containers.add(container(container, Map.of(Labels.OWNER, owner)));
        int leases = random.nextInt(6);
        boolean latestIsEnd = false;
        boolean runs = false;
        for (int j = 0; j < leases; j++) {
          String state =
              random.nextInt(8) == 0 ? "running" : random.nextInt(8) == 0 ? "paused" : "exited";
          int status = random.nextInt(4) == 0 ? 137 : 0;
          boolean isOld = random.nextInt(4) > 0;
          boolean isLease = random.nextInt(8) > 0;
          lease(id(i * 10 + j), owner, state, 100 + j);
          Map<String, Object> details =
              ended(id(i * 10 + j), status, isOld ? LONG_AGO : "2099-12-31T23:59:59Z");
          state(details).put("Status", state);
          if (!isLease) {
            config(details).put("Entrypoint", List.of("sh", "-c", "exit 0"));
          }
          runs |= state.equals("running");
          latestIsEnd = state.equals("exited") && status == 0 && isOld && isLease;
          if (leases == 1 && isLease && isOld && state.equals("exited")) {
            mayGo.add(id(i * 10)); // it tells nothing, or its owner is dead
          }
        }
        if (latestIsEnd && !runs && owner.startsWith("elsewhere")) {
          dead++;
          mayGo.add(container);
          for (int j = 0; j < leases; j++) {
            mayGo.add(id(i * 10 + j));
          }
        } else if (!owner.startsWith("elsewhere")) {
          mayGo.remove(id(i * 10));
        }
      }
      assertThat(reaper().reap().problem()).as("seed %d", seed).isEmpty();
      assertThat(engine.removed()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(mayGo);
    }
    assertThat(dead).as("seed %d", seed).isPositive();
  }

  /** Leases of owners of other hosts are looked at once, and not once for each container. */
  @Test
  void asksForEachLeaseOnce() {
    lease(id(1), ELSEWHERE, "exited", 100);
    ended(id(1), 137, LONG_AGO);
    for (int i = 10; i < 60; i++) {
      engine.containers.add(container(id(i), Map.of(Labels.OWNER, ELSEWHERE)));
    }
    assertThat(verdict().life()).isEqualTo(Life.UNKNOWN);
    assertThat(engine.requests)
        .filteredOn(request -> request.endsWith("/containers/" + id(1) + "/json"))
        .hasSize(1);
  }
}
