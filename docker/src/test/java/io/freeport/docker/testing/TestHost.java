package io.freeport.docker.testing;

import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One of two hosts at one engine, as far as one machine can play them: its JVMs see neither the
 * processes nor the owner files of the other one. With {@code ci/engines hosts}, each host also has
 * a network of its own, and reaches the engine by TCP. Only root can make it.
 */
public final class TestHost {

  /** An environment variable: the network namespaces of both hosts. */
  public static final String NETWORKS = "TEST_HOSTS";

  /** Where the engine is found from there. */
  private static final String ENGINE = "172.28.0.1";

  private static final List<String> UNSHARE =
      List.of("/usr/bin/unshare", "--pid", "--fork", "--kill-child", "--mount-proc");

  private final int index;
  private final Path directory;
  private final @Nullable String network;

  private TestHost(int index, Path directory, @Nullable String network) {
    this.index = index;
    this.directory = directory;
    this.network = network;
  }

  /** Returns whether this user can make such hosts. */
  public static boolean canBeMade() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(UNSHARE);
    command.add("true");
    return Files.isExecutable(Path.of(UNSHARE.get(0)))
        && new ProcessBuilder(command).start().waitFor() == 0;
  }

  /**
   * Returns two hosts.
   *
   * @param folder for their owner directories
   */
  public static List<TestHost> two(Path folder) {
    String networks = System.getenv(NETWORKS);
    return IntStream.range(0, 2)
        .mapToObj(
            index ->
                new TestHost(
                    index,
                    folder.resolve("host-" + index),
                    networks == null ? null : networks.split(" ", -1)[index]))
        .toList();
  }

  /** Returns the command that makes a pid namespace, and runs another command in it. */
  public static List<String> inAnotherPidNamespace() {
    return UNSHARE;
  }

  public ChildJvm start(List<String> options, Class<?> main, Object... arguments)
      throws IOException {
    List<String> launcher = new ArrayList<>();
    Map<String, String> environment = Map.of();
    if (network != null) {
      launcher.addAll(List.of("/usr/bin/nsenter", "--net=/run/netns/" + network));
      environment =
          Map.of(
              "DOCKER_HOST",
              "tcp://" + ENGINE + ":2375",
              "TESTCONTAINERS_HOST_OVERRIDE",
              ENGINE,
              "FREEPORT_CONTAINER_HANDOFF",
              "remote"); // or each JVM warns that it is
    }
    launcher.addAll(UNSHARE);
    List<String> all = new ArrayList<>(options);
    all.add("-XX:-UsePerfData"); // several of them have pid 1
    all.add("-Dfreeport.dir=" + directory);
    return ChildJvm.start(environment, launcher, all, ChildJvm.classPath(), main, arguments);
  }

  /** Pulls the plug of its network. */
  public void disconnect() throws IOException, InterruptedException {
    link("down");
  }

  public void connect() throws IOException, InterruptedException {
    link("up");
  }

  private void link(String state) throws IOException, InterruptedException {
    Process ip =
        new ProcessBuilder("ip", "link", "set", "fp-host-" + index, state).inheritIO().start();
    if (ip.waitFor() != 0) {
      throw new IOException("The link of host " + index + " cannot be set " + state);
    }
  }
}
