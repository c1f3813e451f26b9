package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.Reaper;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
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

  /** As a container has one, with the same owner directory. Only root can make it. */
  private static final List<String> NAMESPACE =
      List.of("/usr/bin/unshare", "--pid", "--fork", "--kill-child", "--mount-proc");

  private static final List<String> MOMENTS =
      List.of("holding", "creating", "starting", "started", "stopping");

  private final String run = Long.toHexString(System.nanoTime());
  private final long end;
  private final AtomicInteger suites = new AtomicInteger();
  private final AtomicInteger inAnotherPidNamespace = new AtomicInteger();
  private final boolean canUnshare;
  private final AtomicInteger containers = new AtomicInteger();
  private final AtomicInteger reaped = new AtomicInteger();

  /** Anonymous ones, which have no label. */
  private final Set<String> volumes = ConcurrentHashMap.newKeySet();

  private final Map<String, Integer> killedWhile = new TreeMap<>();
  private final ConcurrentLinkedQueue<String> lost = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();

  private Soak(Duration duration) throws IOException, InterruptedException {
    end = System.nanoTime() + duration.toNanos();
    List<String> command = new ArrayList<>(NAMESPACE);
    command.add("true");
    canUnshare =
        Files.isExecutable(Path.of("/usr/bin/unshare"))
            && new ProcessBuilder(command).start().waitFor() == 0;
  }

  static Counts run(Duration duration, long seed) throws Exception {
    return new Soak(duration).run(seed);
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
    ExecutorService places = Executors.newFixedThreadPool(PLACES);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int place = 0; place < PLACES; place++) {
        Random random = new Random(seed + place);
        boolean firstIsKilled = place % 2 == 0;
        List<String> launcher = canUnshare && place >= PLACES / 2 ? NAMESPACE : List.of();
        all.add(
            places.submit(
                () -> {
                  boolean killed = firstIsKilled;
                  do {
                    suite(launcher, killed, random);
                    killed = !killed;
                  } while (System.nanoTime() - end < 0);
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
    awaitQuiet(client);
    int found = left(client);
    Reaper.using(client).reap();
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
        left(client),
        (int) bystanders.stream().filter(id -> !isRunning(client, id)).count());
  }

  private void suite(List<String> launcher, boolean isKilled, Random random)
      throws IOException, InterruptedException {
    String moment = MOMENTS.get(random.nextInt(MOMENTS.size()));
    int cycle = 1 + random.nextInt(3);
    int delayMicros = random.nextInt(60_000);
    int seen = 0;
    suites.incrementAndGet();
    inAnotherPidNamespace.addAndGet(launcher.isEmpty() ? 0 : 1);
    try (ChildJvm suite =
        ChildJvm.start(
            Map.of(),
            launcher,
            List.of("-XX:-UsePerfData"), // several of them have pid 1
            ChildJvm.classPath(),
            SoakChild.class,
            run,
            random.nextBoolean())) {
      while (true) {
        String line = suite.readLine();
        String first = line.split(" ", 2)[0];
        switch (first) {
          case "reaped" -> reaped.addAndGet(Integer.parseInt(line.split(" ", -1)[1]));
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
    List<String> label = List.of(SoakChild.MARK + "=" + run);
    return client.listContainersCmd().withShowAll(true).withLabelFilter(label).exec().size()
        + client.listNetworksCmd().withFilter("label", label).exec().size()
        + client.listVolumesCmd().withFilter("label", label).exec().getVolumes().size()
        + (int)
            client.listVolumesCmd().exec().getVolumes().stream()
                .filter(volume -> volumes.contains(volume.getName()))
                .count();
  }
}
