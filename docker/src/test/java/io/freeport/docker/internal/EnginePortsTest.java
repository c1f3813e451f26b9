package io.freeport.docker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.docker.testing.FakeEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class EnginePortsTest {

  private static final String MODE = "freeport.container.handoff";

  private final EngineStrategy engine = new EngineStrategy(() -> "of a test");
  private final PortAllocator allocator = PortAllocator.create();
  private final HeldPort port = allocator.hold("web");
  private final ContainerSettings settings = DockerContext.ofThisJvm().containers();

  @BeforeEach
  void auto() {
    System.setProperty(MODE, "auto"); // whatever the environment says
  }

  @AfterEach
  void release() {
    allocator.close();
    System.clearProperty(MODE);
  }

  private EnginePorts ports() {
    return new EnginePorts(
        List.of(new PublishedPort(80, port)),
        engine,
        EngineStrategy.LOCALHOST,
        HandoffMode.SHARED,
        settings);
  }

  private static final StartedContainers RUNNING =
      new StartedContainers() {
        @Override
        public boolean isRunning() {
          return true;
        }

        @Override
        public boolean publishes(int number) {
          return true;
        }

        @Override
        public String describe() {
          return "Container one";
        }

        @Override
        public String whyNotPublished() {
          return "";
        }
      };

  /** An engine that refuses a port by its books has not tried to bind it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Bind for 0.0.0.0:10500 failed: port is already allocated | SHARED",
        "all ports are allocated | SHARED",
        "error while calling RootlessKit PortManager.AddPort(): conflict with ID 3 | SHARED",
        "Error starting userland proxy: listen tcp4 127.0.0.1:1: bind: address already in use | CLOSE_THEN_BIND",
      })
  void whatTwoRefusalsSay(String message, EngineMode mode) throws IOException {
    EnginePorts ports = ports();
    Exception refusal = new InternalServerErrorException(message);
    ports.changeNumbers(refusal);
    ports.changeNumbers(refusal);
    try (ServerSocket server = new ServerSocket()) {
      ports.start(
          () -> {
            try {
              server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          RUNNING);
    }
    assertThat(engine.mode(EngineStrategy.LOCALHOST, HandoffMode.SHARED, settings)).isEqualTo(mode);
  }

  private CreateContainerCmd bound(DockerClient client, String binding) {
    return client
        .createContainerCmd("web")
        .withHostConfig(HostConfig.newHostConfig().withPortBindings(PortBinding.parse(binding)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"26379:80", "127.0.0.1:26379:80/tcp"})
  void aNumberThatTheUserBoundIsNotDropped(String binding) throws IOException {
    try (FakeEngine fake = new FakeEngine();
        DockerClient client = fake.connect()) {
      CreateContainerCmd create = bound(client, binding);
      assertThatIllegalStateException()
          .isThrownBy(() -> ports().enterInto(create))
          .withMessage(
              "Container port 80 is to be published on %s, and something else binds it to 26379, such as setPortBindings,"
                  + " withFixedExposedPort or a modifier of the create command. Remove one of the two.",
              port);
    }
  }

  @Test
  void bindingsThatDoNotDisturbStay() throws IOException {
    try (FakeEngine fake = new FakeEngine();
        DockerClient client = fake.connect()) {
      for (String binding : List.of("26379:81", "26379:80/udp", "80", "OURS:80")) {
        CreateContainerCmd create =
            bound(client, binding.replace("OURS", String.valueOf(port.number())));
        EnginePorts ports = ports();
        ports.enterInto(create);
        ports.checkEntered(create);
        assertThat(numberOf(create)).as(binding).isEqualTo(String.valueOf(port.number()));

        ports.changeNumbers(new InternalServerErrorException("port is already allocated"));
        ports.enterInto(create);
        assertThat(numberOf(create)).as("again").isEqualTo(String.valueOf(port.number()));
      }
    }
  }

  /** Modifiers of the create command run in the order in which they were given. */
  @Test
  void aModifierThatComesLaterIsSeenToo() throws IOException {
    try (FakeEngine fake = new FakeEngine();
        DockerClient client = fake.connect()) {
      CreateContainerCmd create = bound(client, "26379:81");
      EnginePorts ports = ports();
      ports.enterInto(create);
      create.withHostConfig(
          HostConfig.newHostConfig().withPortBindings(PortBinding.parse("26379:80")));
      assertThatIllegalStateException()
          .isThrownBy(() -> ports.checkEntered(create))
          .withMessageContaining("something else binds it to 26379");
    }
  }

  private static String numberOf(CreateContainerCmd create) {
    HostConfig host = Objects.requireNonNull(create.getHostConfig());
    Binding[] bindings =
        Objects.requireNonNull(host.getPortBindings().getBindings().get(ExposedPort.tcp(80)));
    assertThat(bindings).hasSize(1);
    return bindings[0].getHostPortSpec();
  }
}
