package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Network;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.Reaper;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.docker.testing.TestHost;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Suites as real JVMs, six at a time, one after the other in each of six places. Half of them are
 * killed with SIGKILL at random moments, and each one reaps before it starts. What counts is that
 * no living one misses anything, and that nothing of the dead ones is left after one more reap.
 */
final class Soak {

  /** What came out. */
  record Counts(
      int suites,
      int inAnotherPidNamespace,
      Map<String, Integer> killedWhile,
      int containers,
      int volumes,
      int reaped,
      List<String> lost,
      List<String> complaints,
      int foundAtTheEnd,
      int leftAtTheEnd,
      int bystandersLost) {
    @Override
    public String toString() {
      return String.format(
          "%d suites, %d of them in another pid namespace; killed: %s; %d containers were started, with %d volumes; the suites reaped %d leftovers;"
              + " %d were found at the end; of living owners were lost: %d; left after one more reap: %d; of others"
              + " were lost: %d; complaints: %s",
          suites,
          inAnotherPidNamespace,
          killedWhile,
          containers,
          volumes,
          reaped,
          foundAtTheEnd,
          lost.size(),
          leftAtTheEnd,
          bystandersLost,
          complaints);
    }
  }

  private static final int PLACES = 6;

  private static final List<String> MOMENTS =
      List.of("holding", "creating", "starting", "started", "stopping");

  private final String run = Long.toHexString(System.nanoTime());
  private final long end;
  private final AtomicInteger suites = new AtomicInteger();
  private final AtomicInteger inAnotherPidNamespace = new AtomicInteger();
  private final boolean canUnshare = TestHost.canBeMade();

  /** For the control: the owner directory, in which no suite keeps a sign of life. */
  private final @Nullable Path withoutSigns;

  private final AtomicInteger containers = new AtomicInteger();
  private final AtomicInteger reaped = new AtomicInteger();

  /** Anonymous ones, which have no label. */
  private final Set<String> volumes = ConcurrentHashMap.newKeySet();

  private final Map<String, Integer> killedWhile = new TreeMap<>();
  private final Set<String> owners = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> lost = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();

  /** Empty if all suites are of this host. */
  private final List<TestHost> hosts;

  private final boolean lease;

  private Soak(Duration duration, @Nullable Path withoutSigns, List<TestHost> hosts, boolean lease)
      throws IOException, InterruptedException {
    this.end = System.nanoTime() + duration.toNanos();
    this.withoutSigns = withoutSigns;
    this.hosts = hosts;
    this.lease = lease;
  }

  static Counts run(Duration duration, long seed) throws Exception {
    return new Soak(duration, null, List.of(), false).run(seed);
  }

  /**
   * The same with suites of two hosts: none sees the processes and owner files of the others.
   *
   * @param folder for their owner directories
   * @param lease whether they keep leases
   */
  static Counts runOnTwoHosts(Duration duration, Path folder, boolean lease, long seed)
      throws Exception {
    return new Soak(duration, null, TestHost.two(folder), lease).run(seed);
  }

  /**
   * The same with suites that lose every sign of life, until one of them has missed something.
   *
   * @param directory the owner directory, which no other JVM uses
   */
  static List<String> untilSomethingIsLost(Path directory, Duration atMost, long seed)
      throws Exception {
    Soak soak = new Soak(atMost, directory, List.of(), false);
    try (DockerClient client = Engine.connect()) {
      try {
        soak.suites(seed);
      } finally {
        soak.awaitQuiet(client);
        soak.removeAll(client);
      }
    }
    return List.copyOf(soak.lost);
  }

  private Counts run(long seed) throws Exception {
    try (DockerClient client = Engine.connect()) {
      List<String> bystanders = new ArrayList<>();
      try {
        bystanders.add(bystander(client, Map.of()));
        bystanders.add(bystander(client, Map.of("org.example.owner", "a/1/2/00c0ffee")));
        bystanders.add(bystander(client, Map.of(Labels.OWNER, "another/1/2/00c0ffee")));
        return run(seed, client, bystanders);
      } finally {
        bystanders.forEach(id -> StaleContainers.remove(client, id));
      }
    }
  }

  /** Somebody else's, to be left alone: it is not killed, and not one of the suites'. */
  private static String bystander(DockerClient client, Map<String, String> labels) {
    String id = Httpd.create(client).withLabels(labels).exec().getId();
    client.startContainerCmd(id).exec();
    return id;
  }

  private Counts run(long seed, DockerClient client, List<String> bystanders) throws Exception {
    suites(seed);
    if (!hosts.isEmpty()) {
      suite(true, hosts.get(0), true, new Random(seed)); // nobody comes after it on its host
    }
    awaitQuiet(client);
    int found = left(client);
    if (lease) {
      Eventually.holds("the leases of the dead ended a while ago", () -> reap(client) == 0);
    } else {
      reap(client);
    }
    int leftAtTheEnd = left(client);
    removeAll(client);
    return new Counts(
        suites.get(),
        inAnotherPidNamespace.get(),
        killedWhile,
        containers.get(),
        volumes.size(),
        reaped.get(),
        List.copyOf(lost),
        List.copyOf(complaints),
        found,
        leftAtTheEnd,
        (int) bystanders.stream().filter(id -> !isRunning(client, id)).count());
  }

  /** Returns what is left, leases included. */
  private int reap(DockerClient client) {
    Reaper.using(client).reap();
    return left(client);
  }

  private void suites(long seed) throws InterruptedException {
    ExecutorService places = Executors.newFixedThreadPool(PLACES);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int place = 0; place < PLACES; place++) {
        Random random = new Random(seed + place);
        boolean firstIsKilled = place % 2 == 0;
        boolean isInside = !hosts.isEmpty() || (canUnshare && place >= PLACES / 2);
        TestHost host = hosts.isEmpty() ? null : hosts.get(place % 2);
        all.add(
            places.submit(
                () -> {
                  boolean killed = firstIsKilled;
                  do {
                    suite(isInside, host, killed, random);
                    killed = !killed;
                  } while (System.nanoTime() - end < 0 && (withoutSigns == null || lost.isEmpty()));
                  return null;
                }));
      }
      for (Future<?> place : all) {
        place.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("seed " + seed, e);
    } finally {
      places.shutdownNow();
    }
  }

  private void suite(boolean isInside, @Nullable TestHost host, boolean isKilled, Random random)
      throws IOException, InterruptedException {
    String moment = MOMENTS.get(random.nextInt(MOMENTS.size()));
    int cycle = 1 + random.nextInt(3);
    int delayMicros = random.nextInt(60_000);
    int seen = 0;
    suites.incrementAndGet();
    inAnotherPidNamespace.addAndGet(isInside ? 1 : 0);
    try (ChildJvm suite = start(isInside, host, withoutSigns != null || random.nextBoolean())) {
      while (true) {
        String line;
        try {
          line = suite.readLine();
        } catch (IOException e) {
          if (withoutSigns == null) {
            throw e;
          }
          return; // what it was about to use has gone
        }
        String first = line.split(" ", 2)[0];
        switch (first) {
          case "reaped" -> reaped.addAndGet(Integer.parseInt(line.split(" ", -1)[1]));
          case "owner" -> owners.add(line.split(" ", -1)[1]);
          case "volume" -> volumes.add(line.split(" ", -1)[1]);
          case "started" -> containers.incrementAndGet();
          case "lost" -> lost.add(line);
          case "problem", "WARNING:", "SEVERE:" -> complaints.add(line);
          default -> {}
        }
        if (first.equals(moment) && ++seen == cycle) {
          if (isKilled) {
            long now = System.nanoTime();
            while (System.nanoTime() - now < delayMicros * 1000L) {
              Thread.onSpinWait(); // a random moment is what is wanted
            }
            suite.kill();
            synchronized (killedWhile) {
              killedWhile.merge(moment, 1, Integer::sum);
            }
            return;
          }
          suite.send("end");
        }
        if (first.equals("ended")) {
          suite.waitFor();
          return;
        }
      }
    }
  }

  private ChildJvm start(boolean isInside, @Nullable TestHost host, boolean losesLock)
      throws IOException {
    List<String> options = new ArrayList<>();
    if (host != null) {
      options.add("-Dfreeport.lease=" + (lease ? "on" : "off"));
      options.add("-Dfreeport.lease.image=" + Httpd.IMAGE);
      return host.start(options, SoakChild.class, run, losesLock);
    }
    options.add("-XX:-UsePerfData"); // several of them have pid 1
    if (withoutSigns != null) {
      options.add("-Dfreeport.dir=" + withoutSigns);
      options.add("-Dfreeport.lease=off");
      options.add("-D" + SoakChild.WITHOUT_SIGNS + "=true");
    }
    return ChildJvm.start(
        Map.of(),
        isInside ? TestHost.inAnotherPidNamespace() : List.of(),
        options,
        ChildJvm.classPath(),
        SoakChild.class,
        run,
        losesLock);
  }

  private static boolean isRunning(DockerClient client, String id) {
    return StaleContainers.exists(client, id)
        && Boolean.TRUE.equals(client.inspectContainerCmd(id).exec().getState().getRunning());
  }

  /** What a killed suite had asked for, the engine may still be doing. */
  private void awaitQuiet(DockerClient client) throws InterruptedException {
    int before = -1;
    for (int now = left(client); now != before; now = left(client)) {
      before = now;
      Thread.sleep(1000);
    }
  }

  private int left(DockerClient client) {
    return markedContainers(client).size()
        + leases(client).size()
        + markedNetworks(client).size()
        + markedVolumes(client).size()
        + (int)
            client.listVolumesCmd().exec().getVolumes().stream()
                .filter(volume -> volumes.contains(volume.getName()))
                .count();
  }

  private void removeAll(DockerClient client) {
    markedContainers(client).forEach(it -> StaleContainers.remove(client, it.getId()));
    leases(client).forEach(it -> StaleContainers.remove(client, it.getId()));
    markedNetworks(client).forEach(it -> client.removeNetworkCmd(it.getId()).exec());
    markedVolumes(client).forEach(it -> client.removeVolumeCmd(it.getName()).exec());
  }

  private List<Container> markedContainers(DockerClient client) {
    return client.listContainersCmd().withShowAll(true).withLabelFilter(mark()).exec();
  }

  private List<Container> leases(DockerClient client) {
    return client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(List.of(Labels.LEASE))
        .exec()
        .stream()
        .filter(it -> owners.contains(it.getLabels().get(Labels.OWNER)))
        .toList();
  }

  private List<Network> markedNetworks(DockerClient client) {
    return client.listNetworksCmd().withFilter("label", mark()).exec();
  }

  private List<InspectVolumeResponse> markedVolumes(DockerClient client) {
    return client.listVolumesCmd().withFilter("label", mark()).exec().getVolumes();
  }

  private List<String> mark() {
    return List.of(SoakChild.MARK + "=" + run);
  }
}
