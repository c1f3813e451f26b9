package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.dockerjava.api.DockerClient;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineMode;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An engine keeps books of the numbers that it has given to containers. One may be there on which
 * nobody listens any more.
 */
@RequiresDocker
@Timeout(120)
class EngineBooksTest {

  /** The engine has the first two numbers in its books only. */
  @Test
  void twoRefusalsByTheBooksSayNothingOfHolds() throws Exception {
    Modes.assumeShared();
    List<LaunchedContainer> inTheBooks = new ArrayList<>();
    try (DockerClient client = Engine.connect();
        PortAllocator allocator = PortAllocator.create();
        HttpdContainer httpd = new HttpdContainer()) {
      try {
        int[] numbers = new int[2];
        for (int i = 0; i < 2; i++) {
          LaunchedContainer other =
              ContainerLauncher.using(client).start(Httpd.create(client), Httpd.PORT);
          inTheBooks.add(other);
          HeldPort its = other.port(Httpd.PORT);
          numbers[i] = its.number();
          killListenersOf(its.number());
          Eventually.holds("nobody listens on " + its, () -> !its.handover().isInUse());
          its.close();
        }
        HeldPort port =
            allocator.hold(
                PortRequest.named("web").preferred(numbers[0]).fallback(numbers[1]).build());
        assertThat(port.number()).isEqualTo(numbers[0]);
        List<Integer> tried = new ArrayList<>();
        ContainerPorts.publish(httpd, Httpd.PORT, port);
        ContainerPorts.configure(httpd, it -> tried.add(port.number()));
        httpd.start();

        assertThat(tried).hasSize(3).startsWith(numbers[0], numbers[1]).endsWith(port.number());
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
        assertThat(port.handover().hasHold()).as("the hold stays beside the engine").isTrue();
        assertThat(Modes.ofThisJvm("localhost")).isEqualTo(EngineMode.SHARED);
      } finally {
        inTheBooks.forEach(LaunchedContainer::close);
      }
    }
  }

  /** Kills the process by which Docker listens for a container; nobody tells Docker. */
  private static void killListenersOf(int number) {
    List<ProcessHandle> proxies =
        ProcessHandle.allProcesses()
            .filter(
                process ->
                    process
                        .info()
                        .commandLine()
                        .filter(
                            line ->
                                line.contains("docker-proxy") && line.contains(" " + number + " "))
                        .isPresent())
            .toList();
    assumeThat(proxies).as("this process sees how Docker listens on %s", number).isNotEmpty();
    proxies.forEach(ProcessHandle::destroyForcibly);
  }
}
