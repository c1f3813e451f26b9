package io.freeport.docker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ContainerPort;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ports;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.diagnosis.PortOccupant.Kind;
import io.freeport.diagnosis.PortOccupant.Use;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.SilentEngine;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerOccupantFinderTest {

  @Nested
  @RequiresDocker
  class WithAnEngine {

    private final DockerClient client = Engine.connect();

    @AfterEach
    void closeClient() throws IOException {
      client.close();
    }

    @Test
    void aContainerOfOursComesFirst() {
      String name = "freeport-test-" + UUID.randomUUID();
      try (LaunchedContainer httpd =
          ContainerLauncher.using(client).start(Httpd.create(client).withName(name), Httpd.PORT)) {
        int port = httpd.port(Httpd.PORT).number();

        PortDiagnosis diagnosis = PortDiagnosis.of(port);

        PortOccupant expected =
            container(
                Use.LISTENING,
                name,
                "127.0.0.1:" + port,
                Httpd.IMAGE,
                httpd.id().substring(0, 12),
                "started by this JVM with FreePort");
        assertThat(diagnosis.occupants()).startsWith(expected);
        assertThat(diagnosis.describe())
            .startsWith(
                "Port %d is taken by container %s (%s, %s, started by this JVM with FreePort), listening on 127.0.0.1:%d"
                    .formatted(port, name, Httpd.IMAGE, httpd.id().substring(0, 12), port));
      }
    }

    @Test
    void aContainerOfSomebodyElseOnUdp() {
      String name = "freeport-test-" + UUID.randomUUID();
      int port = freePort();
      HostConfig host =
          new HostConfig()
              .withPortBindings(
                  new Ports(
                      ExposedPort.udp(Httpd.PORT), Ports.Binding.bindIpAndPort("127.0.0.1", port)));
      String id =
          Httpd.create(client)
              .withName(name)
              .withExposedPorts(ExposedPort.udp(Httpd.PORT))
              .withHostConfig(host)
              .exec()
              .getId();
      try {
        client.startContainerCmd(id).exec();
        assertThat(new ContainerOccupantFinder().find(port))
            .containsExactly(
                container(Use.UDP, name, "127.0.0.1:" + port, Httpd.IMAGE, id.substring(0, 12)));
      } finally {
        client.removeContainerCmd(id).withForce(true).exec();
      }
      assertThat(new ContainerOccupantFinder().find(port)).isEmpty();
    }
  }

  /** With an engine or without one. */
  @Test
  void aPortThatNoContainerHas() {
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold();
      assertThat(new ContainerOccupantFinder().find(port.number())).isEmpty();
    }
  }

  /** The process is told all the same; and the JVM ends. */
  @Test
  void anEngineThatHangsDoesNotKeepTheDiagnosisWaiting(@TempDir Path directory) throws Exception {
    Path socket = directory.resolve("docker.sock");
    try (SilentEngine engine = SilentEngine.listenOn(socket);
        ChildJvm child =
            ChildJvm.start(Map.of("DOCKER_HOST", "unix://" + socket), List.of(), Diagnoses.class)) {
      assertThat(child.readLine()).matches("LISTENING java by " + child.pid());
      Eventually.holds("the finder asks", () -> engine.connections() > 0);
      child.send("");
      assertThat(child.readLine())
          .contains("ContainerOccupantFinder did not answer within 3000 ms");
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void onlyThePublishedPortCounts() {
    ContainerPort[] ports = {
      port("0.0.0.0", 5432, "tcp"),
      port("::", 5432, "tcp"),
      port("127.0.0.1", 5432, "udp"),
      port("0.0.0.0", 5433, "tcp"),
      new ContainerPort().withPrivatePort(5432).withType("tcp"),
    };
    assertThat(ContainerOccupantFinder.publishing(5432, ports))
        .isEqualTo(
            Map.of(
                Use.LISTENING, Set.of("0.0.0.0:5432", "[::]:5432"),
                Use.UDP, Set.of("127.0.0.1:5432")));
    assertThat(ContainerOccupantFinder.publishing(5432, null)).isEmpty();
  }

  @Test
  void linksGiveAliasesNotNames() {
    assertThat(ContainerOccupantFinder.name(new String[] {"/web/db", "/shop-db"}))
        .isEqualTo("shop-db");
    assertThat(ContainerOccupantFinder.name(null)).isEmpty();
  }

  @Test
  void anEngineThatMayBeElsewhereIsNamed() {
    assertThat(ContainerOccupantFinder.elsewhere(URI.create("unix:///var/run/docker.sock")))
        .isEmpty();
    assertThat(ContainerOccupantFinder.elsewhere(URI.create("tcp://10.0.0.5:2376")))
        .contains("on the host of the engine at tcp://10.0.0.5:2376");
  }

  private static ContainerPort port(String ip, int publicPort, String type) {
    return new ContainerPort()
        .withIp(ip)
        .withPrivatePort(5432)
        .withPublicPort(publicPort)
        .withType(type);
  }

  private static int freePort() {
    try (PortAllocator allocator = PortAllocator.create()) {
      return allocator.hold().number();
    }
  }

  private static PortOccupant container(Use use, String name, String address, String... details) {
    return new PortOccupant(
        Kind.CONTAINER,
        use,
        name,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(address),
        List.of(details));
  }

  static final class Diagnoses {
    private Diagnoses() {}

    public static void main(String[] args) throws IOException {
      try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        occupants(server.getLocalPort())
            .forEach(
                occupant ->
                    System.out.println(
                        occupant.use()
                            + " "
                            + occupant.name()
                            + " by "
                            + occupant.pid().orElseThrow()));
      }
      System.in.read(); // until the engine has been asked
      try (Socket silent =
          new Socket()) { // bound, and neither listed by the system nor on our record
        silent.setReuseAddress(false);
        silent.bind(new InetSocketAddress(0));
        System.out.println(PortDiagnosis.of(silent.getLocalPort()).describe());
      }
    }

    /** On a busy machine the time may be over before the processes are told. */
    private static List<PortOccupant> occupants(int port) {
      List<PortOccupant> occupants = List.of();
      while (occupants.isEmpty()) {
        occupants = PortDiagnosis.of(port).occupants();
      }
      return occupants;
    }
  }
}
