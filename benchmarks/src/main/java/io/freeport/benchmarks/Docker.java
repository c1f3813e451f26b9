package io.freeport.benchmarks;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import io.freeport.docker.reaper.Reaper;
import io.freeport.internal.owner.Owner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;

/** The engine of this machine, if there is one. */
final class Docker {

  static final String IMAGE = "busybox:1.35";

  private static final int LONGEST_ANSWER_SECONDS = 20;
  private static final int AT_A_TIME = 4;

  private Docker() {}

  /** Returns why containers cannot be measured here, if so. */
  static Optional<String> obstacle() {
    try {
      Process info =
          new ProcessBuilder("docker", "info")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = info.waitFor(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS);
      info.destroyForcibly();
      return ended && info.exitValue() == 0
          ? Optional.empty()
          : Optional.of("no Docker engine answers");
    } catch (IOException noSuchCommand) {
      return Optional.of("there is no docker command");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  static DockerClient client() {
    return DockerClientFactory.lazyClient();
  }

  static String version() {
    return client().versionCmd().exec().getVersion();
  }

  /** Returns the label of a JVM with this one's process id that started at another time. */
  static Map<String, String> labelsOfADeadJvm() {
    Map.Entry<String, String> label = Reaper.labels().entrySet().iterator().next();
    Owner self = Owner.parse(label.getValue());
    Owner dead = new Owner(self.host(), self.pid(), self.start() + 1, "00c0ffee");
    return Map.of(label.getKey(), dead.toString());
  }

  /** Starts containers with an anonymous volume each, and returns their ids. */
  static List<String> start(int count, Map<String, String> labels) throws Exception {
    List<String> ids = new CopyOnWriteArrayList<>();
    inParallel(count, number -> start(labels), ids);
    return ids;
  }

  /** Makes something at the engine. */
  interface Making<T> {
    T make(int number) throws Exception;
  }

  /**
   * Makes many, four at a time.
   *
   * @param made gets what is made, also if something else fails; for several threads
   */
  static <T> void inParallel(int count, Making<T> making, List<T> made) throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(AT_A_TIME);
    try {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        all.add(workers.submit(() -> made.add(making.make(number))));
      }
      for (Future<Boolean> one : all) {
        one.get();
      }
    } finally {
      workers.shutdownNow();
    }
  }

  private static String start(Map<String, String> labels) {
    DockerClient client = client();
    String id =
        client
            .createContainerCmd(IMAGE)
            .withCmd("sleep", "1000")
            .withLabels(labels)
            .withVolumes(new Volume("/data"))
            .withHostConfig(HostConfig.newHostConfig())
            .exec()
            .getId();
    client.startContainerCmd(id).exec();
    return id;
  }

  /** Removes containers by the command line. */
  static void remove(List<String> ids) throws IOException, InterruptedException {
    if (!ids.isEmpty()) {
      List<String> command = new ArrayList<>(List.of("docker", "rm", "-f", "-v"));
      command.addAll(ids);
      Processes.run(command);
    }
  }
}
