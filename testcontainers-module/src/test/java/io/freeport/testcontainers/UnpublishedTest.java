package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortHandoffException;
import io.freeport.PortRequest;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineMode;
import io.freeport.docker.internal.SingleContainer;
import io.freeport.docker.internal.StartedContainers;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A port that no container publishes is a user's mistake, and says nothing about the engine. */
@RequiresDocker
class UnpublishedTest {

  static List<Named<Consumer<HttpdContainer>>> mistakes() {
    return List.of(
        Named.of(
            "another host configuration",
            it ->
                it.withCreateContainerCmdModifier(
                    create -> create.withHostConfig(new HostConfig()))),
        Named.of("the host's network", it -> it.withNetworkMode("host")));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void isSaid(Consumer<HttpdContainer> mistake) {
    Modes.assumeShared();
    try (HttpdContainer idle = new HttpdContainer().withCommand("sleep", "60")) {
      HeldPort port = ContainerPorts.publish(idle, Httpd.PORT);
      mistake.accept(idle);
      assertThatThrownBy(idle::start)
          .hasStackTraceContaining(
              "no container publishes Port "
                  + port.number()
                  + " \"HttpdContainer:80\" (OFFERED). Did a modifier");
    }
    assertThat(Modes.ofThisJvm("localhost")).isNotEqualTo(EngineMode.REMOTE);
  }

  /** It is looked who listens, not only whether it runs; and nothing is left behind. */
  @Test
  void isSaidByTheLauncherToo() throws Exception {
    Modes.assumeShared();
    Map<String, String> mark = Map.of("io.freeport.test", "unpublished");
    List<Integer> numbers = new ArrayList<>();
    try (DockerClient client = Engine.connect()) {
      assertThatExceptionOfType(PortHandoffException.class)
          .isThrownBy(
              () ->
                  ContainerLauncher.using(client)
                      .start(
                          ports -> {
                            numbers.add(ports.applyAsInt(Httpd.PORT));
                            return Httpd.create(client)
                                .withCmd("sleep", "60")
                                .withLabels(mark)
                                .withHostConfig(HostConfig.newHostConfig().withNetworkMode("host"));
                          },
                          Httpd.PORT))
          .withMessageContaining(
              "no container publishes Port "
                  + numbers.get(0)
                  + " \"container:80\" (OFFERED). Did a");
      assertThat(client.listContainersCmd().withShowAll(true).withLabelFilter(mark).exec())
          .isEmpty();
    }
    try (PortAllocator allocator = PortAllocator.create()) {
      int number = numbers.get(0);
      allocator.hold(PortRequest.named("free again").preferred(number).strict().build());
    }
  }

  /** The engine is asked for its state: a port that it does publish is among its answers. */
  @Test
  void isToldFromAPublishedOne() throws Exception {
    try (DockerClient client = Engine.connect();
        LaunchedContainer httpd =
            ContainerLauncher.using(client).start(Httpd.create(client), Httpd.PORT)) {
      int number = httpd.port(Httpd.PORT).number();
      StartedContainers started = new SingleContainer(client, httpd.id());
      assertThat(Stream.of(number, number + 1).map(started::publishes))
          .containsExactly(true, false);
    }
  }
}
