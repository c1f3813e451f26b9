package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.reaper.Reaper;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.ComposeContainer;

/** A Compose project whose JVM was killed. Needs "docker compose", and is skipped without it. */
@RequiresDocker
@Timeout(180)
class ComposeLeftoversTest {

  private static final String PROJECT = "com.docker.compose.project";
  private static final String EXTERNAL = "freeport-test-external";
  private static final String FILES = "glob:**freeport-compose*";

  @TempDir private Path directory;

  /**
   * If somebody has removed the container, only their own labels tell whose networks and volumes
   * are. The external ones have none, and stay.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void containersNetworksAndVolumeAreReaped(boolean withContainer) throws Exception {
    assumeThat(hasCompose()).as("docker compose is installed").isTrue();
    Path file =
        Files.writeString(
            directory.resolve("compose.yaml"),
            """
            services:
              web:
                image: busybox:1.35
                command: httpd -f -p 80 -h /tmp
                ports: ["127.0.0.1:${WEB_PORT}:80"]
                volumes: ["data:/data", "db:/db"]
                networks: [default, back, outside]
            networks:
              back:
                labels: ["org.example=back"]
              outside:
                name: freeport-test-external
                external: true
            volumes:
              data:
                labels: ["org.example=data"]
              db:
                name: freeport-test-external
                external: true
            """);
    try (DockerClient client = Engine.connect()) {
      client.createVolumeCmd().withName(EXTERNAL).exec();
      client.createNetworkCmd().withName(EXTERNAL).exec();
      try {
        reap(client, file, withContainer);
        assertThat(client.inspectVolumeCmd(EXTERNAL).exec().getName()).isEqualTo(EXTERNAL);
        assertThat(client.inspectNetworkCmd().withNetworkId(EXTERNAL).exec().getName())
            .isEqualTo(EXTERNAL);
      } finally {
        client.removeVolumeCmd(EXTERNAL).exec();
        client.removeNetworkCmd(EXTERNAL).exec();
      }
    }
  }

  private void reap(DockerClient client, Path file, boolean withContainer) throws Exception {
    String project;
    ComposeFiles files = new ComposeFiles(directory, OwnerRegistry.of(Settings.ofThisJvm()));
    List<String> options =
        List.of(
            "-Djava.io.tmpdir=" + directory,
            "-Dfreeport.lease=off", // it would show for a moment longer that the JVM lives
            "-Dfreeport.dir=" + OwnerRegistry.of(Settings.ofThisJvm()).directory());
    try (ChildJvm child = ChildJvm.start(Map.of(), options, StartsProject.class, file)) {
      project = child.readLine();
      assertThat(leftOf(client, project)).containsExactly(1, 2, 1);
      Reaper.create().reap();
      files.removeThoseOfTheDead();
      assertThat(leftOf(client, project)).as("while its JVM lives").containsExactly(1, 2, 1);
      assertThat(directory).as("while its JVM lives").isDirectoryContaining(FILES);
      child.kill();
    }
    if (!withContainer) {
      containersOf(client, project).forEach(one -> StaleContainers.remove(client, one.getId()));
    }
    Reaper.create().reap();
    files.removeThoseOfTheDead();
    assertThat(leftOf(client, project)).containsExactly(0, 0, 0);
    assertThat(directory).isDirectoryNotContaining(FILES);
  }

  /** Returns how many containers, networks and volumes a project has. */
  private static List<Integer> leftOf(DockerClient client, String project) {
    return List.of(
        containersOf(client, project).size(),
        (int)
            client.listNetworksCmd().exec().stream()
                .filter(network -> project.equals(network.getLabels().get(PROJECT)))
                .count(),
        client
            .listVolumesCmd()
            .withFilter("label", List.of(PROJECT + "=" + project))
            .exec()
            .getVolumes()
            .size());
  }

  private static List<Container> containersOf(DockerClient client, String project) {
    return client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of(PROJECT, project))
        .exec();
  }

  private static boolean hasCompose() throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder("docker", "compose", "version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException noDocker) {
      return false;
    }
  }

  /** Prints the project's name once it runs, and waits to be killed. */
  static final class StartsProject {
    public static void main(String[] args) throws Exception {
      try (DockerClient client = Engine.connect();
          LaunchedCompose compose =
              ComposeLauncher.of(
                      files -> new ComposeContainer(files).withPull(false), new File(args[0]))
                  .port("WEB_PORT")
                  .start()) {
        String id =
            compose.container().getContainerByServiceName("web").orElseThrow().getContainerId();
        Map<String, String> labels = client.inspectContainerCmd(id).exec().getConfig().getLabels();
        System.out.println(labels == null ? "" : labels.get(PROJECT));
        System.in.read();
      }
    }
  }
}
