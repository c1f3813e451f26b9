package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.dockerjava.api.DockerClient;
import io.freeport.OwnerRegistry;
import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.ComposeContainer;

/** A Compose project whose JVM was killed. Needs "docker compose", and is skipped without it. */
@RequiresDocker
@Timeout(180)
class ComposeLeftoversTest {

  private static final String PROJECT = "com.docker.compose.project";
  private static final String FILES = "glob:**freeport-compose*";

  @TempDir private Path directory;

  @Test
  void containersNetworkAndVolumeAreReaped() throws Exception {
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
                volumes: ["data:/data"]
            volumes:
              data:
            """);
    try (DockerClient client = Engine.connect()) {
      String project;
      ComposeFiles files = new ComposeFiles(directory, OwnerRegistry.ofThisJvm());
      List<String> options =
          List.of("-Djava.io.tmpdir=" + directory, "-Dfreeport.dir=" + OwnerRegistry.directory());
      try (ChildJvm child = ChildJvm.start(Map.of(), options, StartsProject.class, file)) {
        project = child.readLine();
        assertThat(leftOf(client, project)).containsExactly(1, 1, 1);
        Reaper.create().reap();
        files.removeThoseOfTheDead();
        assertThat(leftOf(client, project)).as("while its JVM lives").containsExactly(1, 1, 1);
        assertThat(directory).as("while its JVM lives").isDirectoryContaining(FILES);
        child.kill();
      }
      Reaper.create().reap();
      files.removeThoseOfTheDead();
      assertThat(leftOf(client, project)).containsExactly(0, 0, 0);
      assertThat(directory).isDirectoryNotContaining(FILES);
    }
  }

  /** Returns how many containers, networks and volumes a project has. */
  private static List<Integer> leftOf(DockerClient client, String project) {
    return List.of(
        client
            .listContainersCmd()
            .withShowAll(true)
            .withLabelFilter(Map.of(PROJECT, project))
            .exec()
            .size(),
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
