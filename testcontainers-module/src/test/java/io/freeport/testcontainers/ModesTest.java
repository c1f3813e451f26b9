package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import io.freeport.HeldPort;
import io.freeport.PortState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every mode works with this engine, which is the one that would be told apart. */
@RequiresDocker
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ModesTest {

  private static final String MODE = "freeport.container.handoff";

  @AfterEach
  void asBefore() {
    System.clearProperty(MODE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "shared", "close-then-bind", "arbiter"})
  void aContainer(String mode) throws Exception {
    System.setProperty(MODE, mode);
    try (Httpd httpd = new Httpd()) {
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      for (int start = 0; start < 2; start++) {
        httpd.start();
        assertThat(httpd.getMappedPort(Httpd.PORT)).isEqualTo(port.number());
        assertThat(port.state()).isEqualTo(PortState.TAKEN);
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
        httpd.stop();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "shared", "close-then-bind", "arbiter"})
  void aLaunchedContainer(String mode) throws Exception {
    System.setProperty(MODE, mode);
    try (DockerClient client = Engine.connect();
        LaunchedContainer httpd =
            ContainerLauncher.using(client).start(Httpd.create(client), Httpd.PORT)) {
      assertThat(Httpd.statusOnceReady(httpd.port(Httpd.PORT).number())).isEqualTo(404);
    }
  }
}
