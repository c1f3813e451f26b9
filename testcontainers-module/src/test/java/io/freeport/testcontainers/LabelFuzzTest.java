package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapReport;
import io.freeport.docker.reaper.Reaper;
import io.freeport.docker.testing.FakeEngine;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Labels, names and ids that anybody may have written, by the thousand, through the whole reaper:
 * it must neither fail nor ask for the removal of anything but what is certainly a dead JVM's.
 */
class LabelFuzzTest {

  private static final long SEED = 20260102;
  private static final int ROUNDS = 24;
  private static final int PER_ROUND = 500;

  private static final Owner SELF = OwnerRegistry.of(Settings.ofThisJvm()).self();

  /** As {@link FakeEngine} has it for all that it makes. */
  private static final long CREATED = 1_000_000_000;

  private static final Pattern OWNER =
      Pattern.compile("([A-Za-z0-9._-]{1,128})/([0-9]{1,18})/([0-9]{1,18})/([0-9a-f]{8})");

  private static final List<String> GROUPS = List.of("doomed", "mixed", "../mixed");

  private final Random random = new Random(SEED);

  private final Set<String> mayBeRemoved = new HashSet<>();
  private final Map<String, String> ownersById = new HashMap<>();
  private int certainlyDead;

  /** Networks and volumes without a label of ours, by id, and what a group has, by key and name. */
  private final Map<String, Set<String>> groupsOf = new HashMap<>();

  /** When networks and volumes were made. */
  private final Set<String> groupsWithDead = new HashSet<>();

  private final Set<String> groupsWithOthers = new HashSet<>();

  /** The containers that refer to something, by what they refer to. */
  private final Map<String, Set<String>> users = new HashMap<>();

  private final Set<String> containers = new HashSet<>();

  @Test
  @Timeout(300)
  void neitherFailsNorRemovesWhatIsNotOurs() throws IOException {
    int inputs = 0;
    int removed = 0;
    int removedWithGroup = 0;
    int keptForOthers = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (FakeEngine engine = new FakeEngine();
          DockerClient client = engine.connect()) {
        mayBeRemoved.clear();
        ownersById.clear();
        groupsOf.clear();
        groupsWithDead.clear();
        groupsWithOthers.clear();
        users.clear();
        containers.clear();
        engine.images.put("sha256:1", Map.of());
        for (int i = 0; i < PER_ROUND; i++) {
          add(engine, i, round % 2 == 0);
          inputs++;
        }
        ReapReport report = Reaper.using(client).timeLimit(Duration.ofMinutes(1)).reap();
        assertThat(report.problem()).as("round %d", round).isEmpty();
        assertThat(report.toString()).hasSizeLessThan(5000);
        assertThat(report.plan().toString().lines()).allMatch(line -> line.length() < 1000);
        Set<String> foreign = new HashSet<>(engine.removed());
        assertThat(engine.removed()).as("round %d", round).hasSameSizeAs(foreign);
        int all = foreign.size();
        foreign.removeAll(mayBeRemoved);
        removed += all - foreign.size();
        removedWithGroup += foreign.size();
        foreign.removeIf(this::mayGoWithItsGroups);
        Set<String> gone = new HashSet<>(engine.removed());
        assertThat(gone).allMatch(id -> gone.containsAll(usersOf(id)));
        Set<String> kept = new HashSet<>(mayBeRemoved);
        kept.removeAll(gone);
        assertThat(kept).as("only what somebody refers to").noneMatch(id -> usersOf(id).isEmpty());
        keptForOthers += kept.size();
        assertThat(foreign)
            .as("by " + SELF + " of " + foreign.stream().map(ownersById::get).toList())
            .isEmpty();
      }
    }
    // Or the fuzz would show nothing: it has to reach removals, and inputs that are close to them.
    assertThat(inputs).isGreaterThanOrEqualTo(10_000);
    assertThat(certainlyDead).isGreaterThan(500);
    assertThat(removed + keptForOthers).isEqualTo(certainlyDead);
    assertThat(keptForOthers).isGreaterThan(10);
    assertThat(removedWithGroup).isGreaterThan(100);
  }

  /**
   * @param likely whether containers are made when they may have been, and claim to be of {@link
   *     ComposeLauncher}
   */
  private void add(FakeEngine engine, int number, boolean likely) {
    boolean plausible = random.nextInt(10) > 0;
    String id = plausible ? String.format("%064x", number + 1) : text();
    Map<String, String> labels = new HashMap<>();
    String owner = random.nextInt(3) == 0 ? "" : ownerLabel();
    if (!owner.isEmpty()) {
      labels.put(Labels.OWNER, owner);
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      labels.put(text(), random.nextInt(4) == 0 ? null : text());
    }
    boolean isProtected = random.nextInt(20) == 0;
    if (isProtected) {
      labels.put("org.testcontainers.hash", text());
    }
    boolean dead = plausible && !isProtected && isCertainlyDead(owner);
    int kind = random.nextInt(3);
    boolean isContainer = kind == 2;
    Set<String> groups = new HashSet<>();
    if (random.nextInt(3) == 0) {
      labels.put("com.docker.compose.project", GROUPS.get(random.nextInt(3)));
    }
    if (random.nextInt(3) == 0) {
      // Or no session would ever have only dead ones among so many.
      String group = GROUPS.get(isContainer && !dead ? 1 + random.nextInt(2) : random.nextInt(3));
      labels.put(Labels.TESTCONTAINERS_SESSION, group);
      groups.add(group);
    }
    // Eleven minutes before, up to as long after: some of them are too old, some too young.
    long created = CREATED + 60L * (random.nextInt(23) - 11);
    switch (kind) {
      case 0 -> {
        Map<String, Object> network = FakeEngine.network(id, labels);
        network.put("Name", text() + number);
        network.put("Created", Instant.ofEpochSecond(created).toString());
        engine.networks.add(network);
      }
      case 1 -> {
        id = plausible ? "volume_" + number : text() + "/..";
        Map<String, Object> volume = FakeEngine.volume(id, labels);
        volume.put("CreatedAt", Instant.ofEpochSecond(created).toString());
        engine.volumes.add(volume);
      }
      default -> {
        if (likely) {
          labels.put(ComposeProject.ATTEMPT, text());
        }
        created = likely ? CREATED + random.nextInt(60) : random.nextLong() >> 20;
        Map<String, Object> container = FakeEngine.container(id, labels);
        container.put("Image", text());
        container.put("Names", List.of(text()));
        container.put("Created", created);
        refer(container, id);
        containers.add(id);
        engine.containers.add(container);
      }
    }
    if (isContainer && dead) {
      for (String group : groups) {
        groupsWithDead.add(group);
      }
    } else if (isContainer) {
      groupsWithOthers.addAll(groups);
    } else if (plausible && !isProtected && owner.isEmpty()) {
      groupsOf.put(id, groups);
    }
    ownersById.put(id, owner);
    if (dead) {
      mayBeRemoved.add(id);
      certainlyDead++;
    }
  }

  /** It has a session of which all containers are dead. */
  private boolean mayGoWithItsGroups(String id) {
    return groupsOf.getOrDefault(id, Set.of()).stream()
        .anyMatch(group -> groupsWithDead.contains(group) && !groupsWithOthers.contains(group));
  }

  /** A number is that of a network, a volume or a container; only the former two can be used. */
  private Set<String> usersOf(String id) {
    return containers.contains(id) ? Set.of() : users.getOrDefault(id, Set.of());
  }

  /** Has a container refer to a network or volume of the same round, or to none. */
  private void refer(Map<String, Object> container, String id) {
    int other = random.nextInt(PER_ROUND);
    String network = String.format("%064x", other + 1);
    switch (random.nextInt(12)) {
      case 0 -> {
        Map<String, Object> networks =
            Map.of("Networks", Map.of(text() + "x", Map.of("NetworkID", network)));
        container.put("NetworkSettings", networks);
        users.computeIfAbsent(network, key -> new HashSet<>()).add(id);
      }
      case 1 -> {
        container.put("Mounts", List.of(Map.of("Name", "volume_" + other, "Type", "volume")));
        users.computeIfAbsent("volume_" + other, key -> new HashSet<>()).add(id);
      }
      case 2 -> container.put("HostConfig", Map.of("NetworkMode", text()));
      default -> {}
    }
  }

  /** From nonsense to what differs from a dead owner's label in one character. */
  private String ownerLabel() {
    String dead =
        new Owner(SELF.host(), SELF.pid(), SELF.start() + 1 + random.nextInt(9), "00c0ffee")
            .toString();
    return switch (random.nextInt(8)) {
      case 0 -> dead;
      case 1, 2, 3 -> mutate(dead);
      case 4 -> mutate(SELF.toString());
      case 5 -> SELF.toString();
      case 6 -> new Owner("another." + SELF.host(), SELF.pid(), 1, "00c0ffee").toString();
      default -> text();
    };
  }

  private String mutate(String label) {
    StringBuilder text = new StringBuilder(label);
    for (int i = random.nextInt(2); i >= 0; i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, (char) random.nextInt(0x250));
        case 2 -> text.setCharAt(at, "0123456789abcdef./-".charAt(random.nextInt(19)));
        default -> text.insert(at, text.substring(random.nextInt(at + 1), at));
      }
    }
    return text.toString();
  }

  private String text() {
    return switch (random.nextInt(8)) {
      case 0 -> "";
      case 1 -> "../../../etc/passwd";
      case 2 -> "..%2f..%2fimages/busybox";
      case 3 -> "x".repeat(random.nextInt(20_000));
      case 4 -> "\u0000\r\n\u001b[2J\u202e" + random.nextInt();
      case 5 -> "999999999999999999999/".repeat(4);
      case 6 -> "{\"$ref\": \"; rm -rf /\"}";
      default ->
          random
              .ints(random.nextInt(40), 1, 0xD000)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
    };
  }

  /**
   * Says the same as the reaper, in other words: of this boot and namespace while no process with
   * that pid started then. All containers of this test are younger than this boot.
   */
  private static boolean isCertainlyDead(String label) {
    Matcher matcher = OWNER.matcher(label);
    if (!matcher.matches() || Long.parseLong(matcher.group(2)) == 0) {
      return false;
    }
    long pid = Long.parseLong(matcher.group(2));
    long start = Long.parseLong(matcher.group(3));
    if (pid == SELF.pid() && start == SELF.start()) {
      return false; // it may have a file of this process, which is not looked at
    }
    if (!hostIsThis(matcher.group(1))) {
      return false;
    }
    return !(start == 0 && isUsed(pid)) && !String.valueOf(start).equals(startOf(pid));
  }

  private static boolean isUsed(long pid) {
    return Files.exists(Path.of("/proc", String.valueOf(pid)));
  }

  private static String startOf(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19];
    } catch (IOException gone) {
      return "gone";
    }
  }

  /** The machine's part does not count within one boot. */
  private static boolean hostIsThis(String host) {
    String ours = SELF.host();
    String bootAndNamespace = ours.substring(ours.indexOf('.') + 1);
    return host.equals(bootAndNamespace)
        || host.matches("([0-9a-f]{12}|-)\\." + Pattern.quote(bootAndNamespace));
  }
}
