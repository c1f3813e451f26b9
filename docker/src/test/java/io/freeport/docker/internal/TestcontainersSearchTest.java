package io.freeport.docker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.freeport.docker.internal.TestcontainersSearch.Place;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of Testcontainers' DockerClientProviderStrategy, the same in 1.21.4 and 2.0.5. */
class TestcontainersSearchTest {

  private static final String STANDARD = "unix:///var/run/docker.sock";

  @TempDir private Path home;

  private List<String> addresses(Map<String, String> environment, String properties)
      throws IOException {
    Files.writeString(home.resolve(".testcontainers.properties"), properties);
    return new TestcontainersSearch(environment, home)
        .places().stream()
            .map(Place::address)
            .filter(address -> !address.startsWith("unix:///run/user/"))
            .toList();
  }

  private Path socket(String path) throws IOException {
    Path socket = home.resolve(path);
    Files.createDirectories(socket.getParent());
    return Files.createFile(socket);
  }

  @Test
  void takesItsOwnFileAndTheVariableFirst() throws Exception {
    assertThat(addresses(Map.of(), "")).containsExactly(STANDARD);
    Map<String, String> host = Map.of("DOCKER_HOST", "tcp://variable:1");
    String file = "docker.host=tcp://property:2\n";
    assertThat(addresses(Map.of(), file)).containsExactly("tcp://property:2", STANDARD);
    assertThat(addresses(Map.of("DOCKER_HOST", ""), file)).startsWith("tcp://property:2");
    assertThat(addresses(host, file)).containsExactly("tcp://variable:1", STANDARD);
    assertThat(addresses(host, file + "tc.host=tcp://desktop:3\n"))
        .containsExactly("tcp://desktop:3", "tcp://variable:1", STANDARD);
    assertThat(addresses(Map.of(), file + "dockerconfig.source=autoIgnoringUserProperties\n"))
        .containsExactly(STANDARD);
  }

  @Test
  void looksForSocketsInOrder() throws Exception {
    Path desktop = socket(".docker/desktop/docker.sock");
    Path rootless = socket(".docker/run/docker.sock");
    assertThat(addresses(Map.of(), ""))
        .containsExactly("unix://" + rootless, STANDARD, "unix://" + desktop);
    Path runtime = socket("runtime/docker.sock");
    Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", home.resolve("runtime").toString());
    assertThat(addresses(environment, ""))
        .containsExactly("unix://" + runtime, STANDARD, "unix://" + desktop);
    assertThat(
            addresses(
                environment,
                "docker.client.strategy=org.testcontainers.dockerclient.UnixSocketClientProviderStrategy\n"))
        .startsWith(STANDARD, "unix://" + runtime);
  }

  @Test
  void takesTheFirstThatAccepts() throws Exception {
    Path socket = home.resolve("engine.sock");
    Files.writeString(
        home.resolve(".testcontainers.properties"),
        "tc.host=unix:///nonexistent.sock\ndocker.host=unix://" + socket + "\n");
    TestcontainersSearch testcontainers = new TestcontainersSearch(Map.of(), home);
    try (ServerSocketChannel engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      engine.bind(UnixDomainSocketAddress.of(socket));
      assertThat(testcontainers.engine()).map(Place::address).contains("unix://" + socket);
    }
    assertThat(testcontainers.engine().map(Place::address))
        .as("the file is there, and nobody listens")
        .isNotEqualTo(Optional.of("unix://" + socket));
  }

  @Test
  void isKnownWithoutAClientWhereASocketAccepts() throws Exception {
    Path socket = home.resolve("docker.sock");
    String address = "unix://" + socket;
    Map<String, String> named = Map.of("DOCKER_HOST", address);
    Map<String, String> rootless = Map.of("XDG_RUNTIME_DIR", home.toString());
    try (ServerSocketChannel engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      engine.bind(UnixDomainSocketAddress.of(socket));
      assertThat(new TestcontainersSearch(named, home).socket()).isEqualTo(address);
      assertThat(new TestcontainersSearch(rootless, home).socket()).isEqualTo(address);
    }
    assertThat(new TestcontainersSearch(named, home).socket()).as("nobody listens").isNull();
    assertThat(new TestcontainersSearch(rootless, home).socket()).as("nobody listens").isNull();
    assertThat(new TestcontainersSearch(Map.of("DOCKER_HOST", "tcp://a:1"), home).socket())
        .isNull();
  }

  @Test
  void whereNothingIsThereNothingIsNamed() {
    TestcontainersSearch search = new TestcontainersSearch(Map.of(), home);
    assumeThat(search.places()).as("no engine without root").hasSize(1);
    String found = search.socket();
    boolean isThere = TestcontainersSearch.accepts(STANDARD);
    assertThat(found).isIn(isThere ? List.of(STANDARD) : Arrays.asList("", null));
    assertThat(found == null)
        .as("a file that nobody listens at")
        .isEqualTo(!isThere && Files.exists(Path.of("/var/run/docker.sock")));
  }
}
