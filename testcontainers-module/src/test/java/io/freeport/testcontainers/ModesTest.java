package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import io.freeport.HeldPort;
import io.freeport.LeakPolicy;
import io.freeport.PortAllocator;
import io.freeport.PortEvent;
import io.freeport.PortState;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.SingleContainer;
import io.freeport.docker.testing.EngineLog;
import io.freeport.docker.testing.EngineProxy;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every mode works with this engine, which is the one that would be told apart, and each does with
 * the hold what it says.
 */
@RequiresDocker
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ModesTest {

  private static final String MODE = "freeport.container.handoff";

  /** Ports are published on 127.0.0.1, and held on all addresses. */
  private static final String NOT_PUBLISHED_ON = "127.0.0.2";

  @TempDir private Path directory;

  @AfterEach
  void asBefore() {
    System.clearProperty(MODE);
  }

  @ParameterizedTest
  @CsvSource({"auto, true", "shared, true", "close-then-bind, false", "remote, true"})
  void aContainer(String mode, boolean holdStays) throws Exception {
    System.setProperty(MODE, mode);
    List<Boolean> heldWhenOffered = new CopyOnWriteArrayList<>();
    try (PortAllocator allocator =
            PortAllocator.builder()
                .leaks(LeakPolicy.IGNORE)
                .listener(
                    event -> {
                      if (event.type() == PortEvent.Type.OFFERED) {
                        heldWhenOffered.add(isHeld(event.port()));
                      }
                    })
                .build();
        HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = allocator.hold("web");
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      for (int start = 0; start < 2; start++) {
        httpd.start();
        assertThat(httpd.getMappedPort(Httpd.PORT)).isEqualTo(port.number());
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
        assertThat(isHeld(port.number())).as("held while it runs").isEqualTo(holdStays);
        httpd.stop();
        assertThat(isHeld(port.number())).as("held while it is down").isTrue();
      }
    }
    assertThat(heldWhenOffered).isNotEmpty().containsOnly(holdStays);
  }

  @ParameterizedTest
  @CsvSource({"auto, true", "shared, true", "close-then-bind, false", "remote, true"})
  void aLaunchedContainer(String mode, boolean holdStays) throws Exception {
    System.setProperty(MODE, mode);
    List<Integer> numbers = new ArrayList<>();
    List<Boolean> heldAtTheStart = new CopyOnWriteArrayList<>();
    try (EngineProxy engine =
            EngineProxy.listenOn(
                directory.resolve("engine.sock"),
                it -> {
                  heldAtTheStart.add(isHeld(numbers.get(0)));
                  return null;
                });
        DockerClient client = engine.connect();
        LaunchedContainer httpd =
            ContainerLauncher.using(client)
                .start(
                    ports -> {
                      numbers.add(ports.applyAsInt(Httpd.PORT));
                      return Httpd.create(client);
                    },
                    Httpd.PORT)) {
      int number = httpd.port(Httpd.PORT).number();
      assertThat(numbers).containsExactly(number);
      assertThat(heldAtTheStart).containsExactly(holdStays);
      assertThat(Httpd.statusOnceReady(number)).isEqualTo(404);
      assertThat(isHeld(number)).as("held while it runs").isEqualTo(holdStays);
    }
  }

  /** Also where nobody here sees that the engine listens. */
  @ParameterizedTest
  @ValueSource(strings = {"auto", "shared", "close-then-bind", "remote"})
  void aHoldIsForOneContainer(String mode) throws Exception {
    System.setProperty(MODE, mode);
    try (PortAllocator allocator = PortAllocator.builder().leaks(LeakPolicy.IGNORE).build();
        HttpdContainer one = new HttpdContainer();
        HttpdContainer other = new HttpdContainer()) {
      HeldPort port = allocator.hold("web");
      ContainerPorts.publish(one, Httpd.PORT, port);
      ContainerPorts.publish(other, Httpd.PORT, port);
      one.start();
      int number = port.number();
      assertThatThrownBy(other::start)
          .rootCause()
          .hasMessageContaining(", " + one.getContainerName() + ") runs on " + port + ". A hold");
      assertThat(port.number()).isEqualTo(number);
      assertThat(Httpd.statusOf(number)).isEqualTo(404);
    }
  }

  /** A container that publishes nothing, which is an error where it is looked who listens here. */
  @Test
  void aRemoteEngineIsBelieved() throws Exception {
    System.setProperty(MODE, "remote");
    try (EngineLog log = EngineLog.open();
        DockerClient client = Engine.connect();
        LaunchedContainer idle =
            ContainerLauncher.using(client)
                .start(
                    Httpd.create(client)
                        .withCmd("sleep", "60")
                        .withHostConfig(HostConfig.newHostConfig().withNetworkMode("host")),
                    Httpd.PORT)) {
      assertThat(new SingleContainer(client, idle.id()).isRunning()).isTrue();
      assertThat(idle.port(Httpd.PORT).state()).isEqualTo(PortState.OFFERED);
      assertThat(log.messages).as("who sets it knows").isEmpty();
    }
  }

  /** Returns whether nobody can bind the number besides the engine. */
  private static boolean isHeld(int number) {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(NOT_PUBLISHED_ON, number));
      return false;
    } catch (IOException somebodyHasIt) {
      return true;
    }
  }
}
