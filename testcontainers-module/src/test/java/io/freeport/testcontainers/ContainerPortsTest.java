package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports.Binding;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.docker.testing.Httpd;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.FreePort;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.startupcheck.MinimumDurationRunningStartupCheckStrategy;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;

class ContainerPortsTest {

  @Nested
  @RequiresDocker
  class Publishing {

    @Test
    void theNumberIsKnownBeforeTheStartAndHeldUntilTheEngineListens() throws Exception {
      try (HttpdContainer httpd = new HttpdContainer()) {
        HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
        assertThat(port.state()).isEqualTo(PortState.HELD);
        assertThatThrownBy(() -> new ServerSocket(port.number()).close())
            .isInstanceOf(BindException.class);

        httpd.start();

        assertThat(port.state()).isEqualTo(PortState.TAKEN);
        assertThat(httpd.getMappedPort(Httpd.PORT)).isEqualTo(port.number());
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      }
    }

    @Test
    void aPortOfTheTestInstance(@FreePort("web") HeldPort port) throws Exception {
      try (HttpdContainer httpd = new HttpdContainer()) {
        assertThat(ContainerPorts.publish(httpd, Httpd.PORT, port)).isSameAs(port);
        httpd.start();
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      }
    }

    /** One number cannot be that of two servers. */
    @Test
    void aHoldIsForOneContainerAtATime(@FreePort("web") HeldPort port) throws Exception {
      try (HttpdContainer one = new HttpdContainer();
          HttpdContainer other = new HttpdContainer()) {
        ContainerPorts.publish(one, Httpd.PORT, port);
        ContainerPorts.publish(other, Httpd.PORT, port);
        one.start();
        int number = port.number();

        assertThatThrownBy(other::start)
            .rootCause()
            .hasMessage(
                "Container %s (busybox:1.35, %s) runs on %s. A hold is for one container at a time. Stop that one first, or hold"
                    + " another port.",
                one.getContainerId().substring(0, 12), one.getContainerName(), port);
        assertThat(port.number()).isEqualTo(number);
        assertThat(Httpd.statusOf(number)).isEqualTo(404);

        one.stop();
        other.start();
        assertThat(port.number()).isEqualTo(number);
        assertThat(Httpd.statusOf(number)).isEqualTo(404);
      }
    }

    @Test
    void twoContainersThatStartAtOnceOnOneHold(@FreePort("web") HeldPort port) throws Exception {
      try (HttpdContainer one = new HttpdContainer();
          HttpdContainer other = new HttpdContainer()) {
        ContainerPorts.publish(one, Httpd.PORT, port);
        ContainerPorts.publish(other, Httpd.PORT, port);
        int number = port.number();
        List<Throwable> failures = new ArrayList<>();
        List<FutureTask<Void>> starts = new ArrayList<>();
        for (HttpdContainer each : List.of(one, other)) {
          FutureTask<Void> start = new FutureTask<>(each::start, null);
          starts.add(start);
          new Thread(start).start();
        }
        for (FutureTask<Void> start : starts) {
          try {
            start.get();
          } catch (ExecutionException e) {
            failures.add(e.getCause());
          }
        }
        assertThat(failures)
            .singleElement()
            .satisfies(
                e ->
                    assertThat(e)
                        .rootCause()
                        .hasMessageMatching(
                            "Container [0-9a-f]{12} \\(busybox:1\\.35, /\\w+\\) (is being started|runs) on Port .*"));
        assertThat(port.number()).isEqualTo(number);
        assertThat(Httpd.statusOf(number)).isEqualTo(404);
      }
    }

    /** Else Testcontainers would wait a minute for a port that nobody publishes. */
    @Test
    void aNumberThatIsBoundOtherwiseIsRefused() {
      try (HttpdContainer httpd = new HttpdContainer()) {
        httpd.setPortBindings(List.of("26379:" + Httpd.PORT));
        HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
        assertThatThrownBy(httpd::start)
            .rootCause()
            .hasMessageStartingWith(
                "Container port 80 is to be published on "
                    + port
                    + ", and something else binds it to 26379, such as setPortBindings");
      }
    }

    @Test
    void severalPortsOfOneContainer() throws Exception {
      try (HttpdContainer httpd = new HttpdContainer()) {
        httpd.withCommand("sh", "-c", "httpd -p 81; httpd -f -p 80");
        HeldPort one = ContainerPorts.publish(httpd, 80);
        HeldPort two = ContainerPorts.publish(httpd, 81);
        httpd.start();
        assertThat(one.number()).isNotEqualTo(two.number());
        assertThat(Httpd.statusOf(one.number())).isEqualTo(404);
        assertThat(Httpd.statusOf(two.number())).isEqualTo(404);
      }
    }

    @Test
    void otherPortsOfTheContainerStayWithTheEngine() throws Exception {
      try (HttpdContainer httpd = new HttpdContainer()) {
        httpd.withCommand("sh", "-c", "httpd -p 81; httpd -f -p 80").withExposedPorts(80, 81);
        HeldPort port = ContainerPorts.publish(httpd, 80);
        httpd.start();
        assertThat(httpd.getMappedPort(80)).isEqualTo(port.number());
        assertThat(Httpd.statusOf(httpd.getMappedPort(81))).isEqualTo(404);
      }
    }

    @Test
    void onlyLoopbackIsOpen() {
      try (HttpdContainer httpd = new HttpdContainer()) {
        HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.start();
        Map<ExposedPort, Binding[]> bindings =
            httpd.getContainerInfo().getNetworkSettings().getPorts().getBindings();
        assertThat(bindings.get(ExposedPort.tcp(Httpd.PORT)))
            .containsExactly(Binding.bindIpAndPort("127.0.0.1", port.number()));
      }
    }

    @Test
    void theContainerIsLabelledWithItsOwner() {
      try (HttpdContainer httpd = new HttpdContainer()) {
        ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.start();
        assertThat(httpd.getContainerInfo().getConfig().getLabels())
            .containsEntry(
                "io.freeport.owner", OwnerRegistry.of(Settings.ofThisJvm()).self().toString());
      }
    }

    @Test
    void aPortThatIsPublishedAfterTheStartupCheckWasReplaced() throws Exception {
      try (HttpdContainer httpd = new HttpdContainer()) {
        httpd.withCommand("sh", "-c", "httpd -p 81; httpd -f -p 80");
        HeldPort one = ContainerPorts.publish(httpd, 80);
        httpd.withStartupCheckStrategy(
            new MinimumDurationRunningStartupCheckStrategy(Duration.ofMillis(1)));
        HeldPort two = ContainerPorts.publish(httpd, 81);
        assertThatIllegalArgumentException().isThrownBy(() -> ContainerPorts.publish(httpd, 80));
        httpd.start();
        assertThat(Httpd.statusOf(one.number())).isEqualTo(404);
        assertThat(Httpd.statusOf(two.number())).isEqualTo(404);
      }
    }

    @Test
    void aStartupCheckThatIsSetLaterIsUsedAsWell() throws Exception {
      try (HttpdContainer httpd = new HttpdContainer()) {
        HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.withStartupCheckStrategy(
            new MinimumDurationRunningStartupCheckStrategy(Duration.ofMillis(1)));
        httpd.start();
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      }
    }

    /** Its check waits for the end, when nobody listens any more: the port is confirmed before. */
    @Test
    void aContainerThatIsMeantToEnd() {
      try (HttpdContainer done = new HttpdContainer()) {
        HeldPort port = ContainerPorts.publish(done, Httpd.PORT);
        done.withCommand("sh", "-c", "sleep 1; echo done")
            .withStartupCheckStrategy(new OneShotStartupCheckStrategy())
            .waitingFor(Wait.forLogMessage(".*done.*", 1))
            .start();
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
      }
    }

    /**
     * The engine binds in the first attempt, so the hold is gone when Testcontainers tries again
     * with the same number.
     */
    @Test
    void anAttemptThatFailsAfterTheBindIsFollowedByAnotherOnTheSamePort() throws Exception {
      try (HttpdContainer httpd = new HttpdContainer()) {
        HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.withStartupAttempts(2).waitingFor(new FailsOnce());
        httpd.start();
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      }
    }

    @Test
    void aContainerThatIsStartedAgainHasTheSamePort() throws Exception {
      try (HttpdContainer httpd = new HttpdContainer()) {
        HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.start();
        httpd.stop();
        httpd.start();
        assertThat(httpd.getMappedPort(Httpd.PORT)).isEqualTo(port.number());
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      }
    }

    @Test
    void aKeptPortIsHeldWhileTheContainerIsDown() throws Exception {
      Modes.assumeShared();
      try (PortAllocator allocator = PortAllocator.create();
          HttpdContainer httpd = new HttpdContainer()) {
        HeldPort port = allocator.hold(PortRequest.named("web").keep().build());
        ContainerPorts.publish(httpd, Httpd.PORT, port);
        httpd.start();
        httpd.stop();
        assertThatThrownBy(() -> bindExclusively(port.number())).isInstanceOf(BindException.class);
        httpd.start();
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
        httpd.stop();
      }
    }

    /** As without a published port: the engine says that there is nothing to be done. */
    @Test
    void aStartOfARunningContainerIsNotTouched() {
      try (HttpdContainer httpd = new HttpdContainer()) {
        HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.start();
        assertThatExceptionOfType(NotModifiedException.class)
            .isThrownBy(
                () -> httpd.getDockerClient().startContainerCmd(httpd.getContainerId()).exec());
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
      }
    }

    @Test
    void aReusableContainerIsRefused() throws Exception {
      try (ChildJvm child =
          ChildJvm.start(
              Map.of("TESTCONTAINERS_REUSE_ENABLE", "true"), List.of(), StartsReusable.class)) {
        assertThat(child.readToEnd())
            .containsExactly(
                "A reusable container outlives the test run, and a held port does not. Publish ports of containers without"
                    + " withReuse(true).");
      }
    }

    @Test
    void aStartedContainerIsTooLate() {
      try (HttpdContainer httpd = new HttpdContainer()) {
        httpd.start();
        assertThatIllegalStateException()
            .isThrownBy(() -> ContainerPorts.publish(httpd, Httpd.PORT))
            .withMessage(
                "Cannot publish container port 80: the container has been started. The engine takes a container's ports when it is"
                    + " created, so do it before.");
      }
    }

    @Test
    void aPortThatIsReleasedBeforeTheStartFailsIt() {
      try (HttpdContainer httpd = new HttpdContainer()) {
        ContainerPorts.publish(httpd, Httpd.PORT).close();
        assertThatThrownBy(httpd::start)
            .isInstanceOf(ContainerLaunchException.class)
            .hasRootCauseInstanceOf(IllegalStateException.class)
            .rootCause()
            .hasMessageContaining("(RELEASED) cannot be offered any more");
      }
    }
  }

  @Nested
  class Misuse {

    private final HttpdContainer httpd = new HttpdContainer();

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65536})
    void aContainerPortThatIsNone(int containerPort) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ContainerPorts.publish(httpd, containerPort))
          .withMessage(
              "Cannot publish container port "
                  + containerPort
                  + ": expected a number from 1 to 65535.");
    }

    @Test
    void aContainerPortTwice() {
      HeldPort port = ContainerPorts.publish(httpd, 80);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ContainerPorts.publish(httpd, 80))
          .withMessage(
              "Container port 80 is published already, on Port "
                  + port.number()
                  + " \"HttpdContainer:80\" (HELD). Use that one.");
      port.close();
    }

    @Test
    void aHeldPortTwice(@FreePort("web") HeldPort port) {
      ContainerPorts.publish(httpd, 80, port);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ContainerPorts.publish(httpd, 81, port))
          .withMessage(
              "Port "
                  + port.number()
                  + " \"web\" (HELD) is published already, for container port 80. Hold another one.");
    }

    @Test
    void aPortTwiceUnderItsOwnNumber(@FreePort("web") HeldPort port) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ContainerPorts.publishSame(httpd, List.of(port, port)))
          .withMessageStartingWith("There is a port twice in [Port " + port.number());
    }

    @Test
    void aReleasedPort(@FreePort("web") HeldPort port) {
      port.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> ContainerPorts.publish(httpd, 80, port))
          .withMessage(
              "Port "
                  + port.number()
                  + " \"web\" (RELEASED) cannot be published any more. Publish it before its scope ends, or hold another one.");
    }
  }

  private static void bindExclusively(int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(port));
    }
  }

  static final class StartsReusable {
    private StartsReusable() {}

    public static void main(String[] args) {
      try (HttpdContainer httpd = new HttpdContainer()) {
        ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.withReuse(true).start();
      } catch (ContainerLaunchException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
          cause = cause.getCause();
        }
        System.out.println(cause.getMessage());
      }
    }
  }
}
