package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.docker.internal.EngineMode;
import io.freeport.docker.internal.EngineStrategy;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An engine on another host, of which a network namespace of its own is the next best thing: {@code
 * ci/engines remote}. With an engine of this host there is nothing to be seen.
 */
@RequiresDocker
@Timeout(120)
class RemoteEngineTest {

  @BeforeEach
  void theEngineIsElsewhere() {
    assumeThat(EngineStrategy.isLoopback(new HttpdContainer().getHost()))
        .as("a local engine")
        .isFalse();
  }

  @Test
  void theNumberIsTheEngines() throws Exception {
    try (HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      httpd.start();
      assertThat(httpd.getMappedPort(Httpd.PORT)).isEqualTo(port.number());
      assertThat(Httpd.statusOf(httpd.getHost(), port.number())).isEqualTo(404);
    }
  }

  /** In a JVM of its own, which does not know it from another test. */
  @Test
  void itIsRecognisedAndThatIsSaidOnce() throws Exception {
    String host = new HttpdContainer().getHost();
    try (ChildJvm child = ChildJvm.start(TellsItsEngineApart.class)) {
      TellsItsEngineApart.Result result = TellsItsEngineApart.Result.of(child);
      assertThat(result.mode()).isEqualTo(EngineMode.REMOTE);
      if (Modes.set() == EngineMode.AUTO) {
        assertThat(result.log())
            .singleElement()
            .asString()
            .startsWith(
                "WARNING The Docker engine publishes ports elsewhere (its containers are reached on "
                    + host
                    + "): a port that is held here keeps nobody there from taking it.");
      } else {
        assertThat(result.log()).as("who sets it knows").isEmpty();
      }
      for (int port : result.ports()) {
        assertThat(Httpd.statusOf(host, port)).isEqualTo(404);
      }
      child.send("end");
      assertThat(child.waitFor()).isZero();
    }
  }

  /** It is free here, and taken there. */
  @Test
  void ifTheEngineHasGivenItAwayThereIsAnother() throws Exception {
    try (PortAllocator allocator = PortAllocator.create();
        HttpdContainer first = new HttpdContainer();
        HttpdContainer second = new HttpdContainer()) {
      HeldPort taken = ContainerPorts.publish(first, Httpd.PORT);
      first.start();
      taken.close();
      HeldPort port = allocator.hold(PortRequest.named("web").preferred(taken.number()).build());
      assertThat(port.number()).isEqualTo(taken.number());
      ContainerPorts.publish(second, Httpd.PORT, port);
      List<Integer> configured = new ArrayList<>();
      ContainerPorts.configure(second, it -> configured.add(port.number()));

      second.start();

      assertThat(port.number()).isNotEqualTo(taken.number());
      assertThat(configured).containsExactly(taken.number(), port.number());
      assertThat(second.getMappedPort(Httpd.PORT)).isEqualTo(port.number());
      assertThat(Httpd.statusOf(second.getHost(), port.number())).isEqualTo(404);
      assertThat(Httpd.statusOf(first.getHost(), taken.number())).isEqualTo(404);
    }
  }
}
