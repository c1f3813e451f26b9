package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Volume;
import io.freeport.HeldPort;
import io.freeport.docker.reaper.ReapReport;
import io.freeport.docker.reaper.Reaper;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.SuiteChild;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;

/**
 * A suite of the soak: it reaps first, then starts and stops containers until it is told to end, or
 * is killed. It prints what it is about to do, and what it misses.
 */
final class SoakChild {

  /** By which the soak knows all that its suites made, whoever owns it. */
  static final String MARK = "io.freeport.test.soak";

  /** A system property, for the control. */
  static final String WITHOUT_SIGNS = "soak.without.signs";

  private SoakChild() {}

  public static void main(String[] args) throws IOException {
    String run = args[0];
    SuiteChild.printLog();
    System.out.println("owner " + OwnerRegistry.of(Settings.ofThisJvm()).self());
    // Six JVMs that start at a time may need more than a suite usually waits.
    ReapReport report = Reaper.create().timeLimit(Duration.ofMinutes(1)).reap();
    System.out.println("reaped " + report.removed().size() + " left " + report.left().size());
    report.problem().ifPresent(problem -> System.out.println("problem " + problem));

    DockerClient client = DockerClientFactory.lazyClient();
    Map<String, String> labels = new HashMap<>(Reaper.labels());
    labels.put(MARK, run);
    String name = "freeport-soak-" + run + "-" + UUID.randomUUID();
    String network = client.createNetworkCmd().withName(name).withLabels(labels).exec().getId();
    client.createVolumeCmd().withName(name).withLabels(labels).exec();
    do {
      cycle(run, client, Boolean.parseBoolean(args[1]));
    } while (System.in.available() == 0);
    require("network", () -> client.removeNetworkCmd(network).exec());
    require("volume", () -> client.removeVolumeCmd(name).exec());
    System.out.println("ended");
  }

  /**
   * @param losesLock whether it reads the files of its owner directory, as a copy or a checksum
   *     does
   */
  private static void cycle(String run, DockerClient client, boolean losesLock) throws IOException {
    try (HttpdContainer httpd = new Told()) {
      httpd.withLabel(MARK, run);
      httpd.withCreateContainerCmdModifier(create -> create.withVolumes(new Volume("/data")));
      System.out.println("holding");
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      System.out.println("creating");
      httpd.start();
      System.out.println("started on " + port.number());
      if (losesLock) {
        readAll(OwnerRegistry.of(Settings.ofThisJvm()).directory());
      }
      if (Boolean.getBoolean(WITHOUT_SIGNS)) {
        deleteSockets(OwnerRegistry.of(Settings.ofThisJvm()).directory());
      }
      try {
        if (Httpd.statusOf(httpd.getHost(), port.number()) != 404) {
          System.out.println("lost " + httpd.getContainerId());
        }
      } catch (IOException e) {
        System.out.println("lost " + httpd.getContainerId() + ": " + e);
      }
      require(
          "container " + httpd.getContainerId(),
          () -> client.inspectContainerCmd(httpd.getContainerId()).exec());
      System.out.println("stopping");
    }
  }

  private static void readAll(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try {
          Files.readAllBytes(file);
        } catch (NoSuchFileException ofOneThatEnded) {
          // it had no lock to lose
        }
      }
    }
  }

  private static void deleteSockets(Path directory) throws IOException {
    try (DirectoryStream<Path> sockets = Files.newDirectoryStream(directory, "*.sock")) {
      for (Path socket : sockets) {
        Files.deleteIfExists(socket);
      }
    }
  }

  /** Whatever a living owner has not removed itself is still there. */
  private static void require(String what, Runnable use) {
    try {
      use.run();
    } catch (NotFoundException e) {
      System.out.println("lost " + what);
    }
  }

  /** Tells when the engine has created it with a volume, and is about to start it. */
  private static final class Told extends HttpdContainer {
    @Override
    protected void containerIsCreated(String containerId) {
      for (var mount :
          Objects.requireNonNull(
              dockerClient.inspectContainerCmd(containerId).exec().getMounts())) {
        System.out.println("volume " + mount.getName());
      }
      System.out.println("starting");
    }
  }
}
