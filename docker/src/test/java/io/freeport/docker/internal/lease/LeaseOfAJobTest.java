package io.freeport.docker.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineStrategy;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Jobs of a CI server, as GitLab and Jenkins run them: containers that use the engine of their host
 * by its socket. Takes a minute: so long the lease of a dead job must have ended.
 */
@RequiresDocker
@Timeout(240)
class LeaseOfAJobTest {

  private static final String PREFIX = "freeport-job-" + Long.toHexString(System.nanoTime()) + "-";

  private final DockerClient client = Engine.connect();
  private final List<String> names = new ArrayList<>();
  private final List<String> owners = new ArrayList<>();

  @BeforeEach
  void theEngineSeesTheFilesOfThisMachine() throws Exception {
    assumeThat(EngineStrategy.isLocalSocket(Engine.uri())).as("the engine has a socket").isTrue();
    String folder = System.getProperty("java.home");
    List<String> command = new ArrayList<>(docker("probe", Set.of(folder)));
    command.addAll(List.of("test", "-d", folder));
    Process probe =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assumeThat(probe.waitFor()).as("the engine sees the files of this machine").isZero();
  }

  @AfterEach
  void leaveNothing() throws IOException {
    names.forEach(name -> StaleContainers.remove(client, name));
    owners.forEach(
        owner ->
            StaleContainers.of(client, owner)
                .forEach(it -> StaleContainers.remove(client, it.getId())));
    client.close();
  }

  private ChildJvm startJob(String name) throws IOException {
    ChildJvm job =
        ChildJvm.start(
            Map.of(),
            docker(name, whatAJvmNeeds()),
            List.of("-Dfreeport.lease=on"),
            ChildJvm.classPath(),
            LeaseChild.class);
    owners.add(job.readLine());
    return job;
  }

  private List<String> docker(String name, Set<String> folders) {
    String socket = Engine.uri().getPath();
    names.add(PREFIX + name);
    List<String> command =
        new ArrayList<>(List.of("docker", "run", "--rm", "--interactive", "--name", PREFIX + name));
    command.addAll(List.of("--env", "DOCKER_HOST=unix://" + socket));
    command.addAll(List.of("--mount", "type=bind,source=" + socket + ",target=" + socket));
    for (String folder : folders) {
      String mount = "type=bind,source=" + folder + ",target=" + folder + ",readonly";
      command.addAll(List.of("--mount", mount));
    }
    command.add(Httpd.IMAGE);
    return command;
  }

  /** In place of an image with a JDK. */
  private static Set<String> whatAJvmNeeds() throws IOException {
    Set<String> paths = new TreeSet<>();
    Stream.of("/usr", "/lib", "/lib64")
        .filter(folder -> Files.exists(Path.of(folder)))
        .forEach(paths::add);
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    paths.add(home.toString());
    try (Stream<Path> files = Files.walk(home)) {
      for (Path link : files.filter(Files::isSymbolicLink).filter(Files::exists).toList()) {
        Path target = link.toRealPath();
        if (target.startsWith("/etc")) { // Debian's configuration of the JDK
          paths.add("/" + target.subpath(0, 2));
        }
      }
    }
    Stream.of(ChildJvm.classPath().split(Pattern.quote(File.pathSeparator), -1))
        .filter(entry -> !entry.isEmpty() && Files.exists(Path.of(entry)))
        .forEach(paths::add);
    return paths;
  }

  private static String run(ChildJvm job, String command) throws IOException {
    job.send(command);
    return job.readLineLike("[0-9a-f]{64}|stopped|reaped \\d+");
  }

  private void end(ChildJvm job) throws InterruptedException {
    job.send("exit");
    assertThat(job.waitFor()).isZero();
  }

  @Test
  void whatAKilledJobLeavesGoesWithALaterOne() throws Exception {
    try (ChildJvm living = startJob("living");
        ChildJvm killed = startJob("killed");
        ChildJvm later = startJob("later")) { // or it might get the killed one's pid namespace
      String kept = run(living, "start");
      String left = run(killed, "start");

      client.killContainerCmd(PREFIX + "killed").exec();
      killed.waitFor();
      run(later, "reap");
      assertThat(StaleContainers.exists(client, left)).as("it is not certain yet").isTrue();
      Eventually.holds(
          "what the killed job left is gone",
          () -> {
            run(later, "reap");
            return !StaleContainers.exists(client, left);
          });
      end(later);
      Eventually.holds(
          "its lease is gone", () -> StaleContainers.of(client, owners.get(1)).isEmpty());
      assertThat(client.inspectContainerCmd(kept).exec().getState().getRunning()).isTrue();
      assertThat(StaleContainers.of(client, owners.get(0))).as("with its lease").hasSize(2);

      run(living, "stop");
      end(living);
      Eventually.holds(
          "the living job leaves nothing",
          () -> StaleContainers.of(client, owners.get(0)).isEmpty());
    }
  }
}
