package io.freeport.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.testing.Httpd;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.RequiresDocker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@RequiresDocker
class ContainerLauncherTest {

  private final DockerClient client = Engine.connect();
  private final ContainerLauncher launcher = ContainerLauncher.using(client);

  @AfterEach
  void closeClient() throws IOException {
    client.close();
  }

  @Test
  void startsAContainerOnAHeldPort() throws Exception {
    String id;
    HeldPort port;
    try (LaunchedContainer httpd = launcher.start(Httpd.create(client), Httpd.PORT)) {
      id = httpd.id();
      port = httpd.port(Httpd.PORT);
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
      assertThat(Httpd.statusOnceReady(port.number())).isEqualTo(404);
      InspectContainerResponse info = client.inspectContainerCmd(id).exec();
      assertThat(info.getConfig().getLabels())
          .containsEntry(Labels.OWNER, OwnerRegistry.of(Settings.ofThisJvm()).self().toString());
      assertThat(info.getHostConfig().getPortBindings().getBindings().values())
          .singleElement()
          .extracting(bindings -> bindings[0].getHostIp())
          .isEqualTo("127.0.0.1");
    }
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.inspectContainerCmd(id).exec());
    assertThat(port.state()).isEqualTo(PortState.RELEASED);
  }

  @Test
  void closingTwiceIsHarmless() {
    LaunchedContainer httpd = launcher.start(Httpd.create(client), Httpd.PORT);
    httpd.close();
    httpd.close();
  }

  @Test
  void aPortThatIsNotPublished() {
    try (LaunchedContainer httpd = launcher.start(Httpd.create(client), Httpd.PORT)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> httpd.port(81))
          .withMessage("Container port 81 is not published. Published are [80].");
    }
  }

  @Test
  void aFailedStartLeavesNoContainer() {
    Map<String, String> mark = Map.of("io.freeport.test", "failed-start");
    CreateContainerCmd create =
        client.createContainerCmd(Httpd.IMAGE).withCmd("no-such-command").withLabels(mark);

    assertThatExceptionOfType(DockerException.class)
        .isThrownBy(() -> launcher.start(create, Httpd.PORT))
        .withMessageContaining("no-such-command");

    assertThat(client.listContainersCmd().withShowAll(true).withLabelFilter(mark).exec()).isEmpty();
  }

  @Test
  void badPorts() {
    List<String> before = allContainers();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> launcher.start(Httpd.create(client), 70000))
        .withMessage("Cannot publish container port 70000: expected a number from 1 to 65535.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> launcher.start(Httpd.create(client), 80, 80))
        .withMessage("Container port 80 is to be published twice. Name it once.");
    assertThat(allContainers()).isEqualTo(before);
  }

  private List<String> allContainers() {
    return client.listContainersCmd().withShowAll(true).exec().stream()
        .map(c -> c.getId())
        .toList();
  }
}
