package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.Reaper;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testcontainers.internal.OwnerLabelModifier;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.DockerClientFactory;

/** Which containers get our label, though nobody called FreePort for them. */
@RequiresDocker
class OwnerLabelTest {

  private final DockerClient client = Engine.connect();

  @AfterEach
  void closeClient() throws IOException {
    client.close();
  }

  @Test
  void whatTestcontainersStartsIsOurs() {
    try (HttpdContainer httpd = new HttpdContainer().withLabel("kept", "yes")) {
      httpd.start();
      assertThat(httpd.getContainerInfo().getConfig().getLabels())
          .containsEntry(Labels.OWNER, OwnerRegistry.of(Settings.ofThisJvm()).self().toString())
          .containsEntry("kept", "yes")
          .containsKey("org.testcontainers");
    }
  }

  @Test
  void unlessItIsSwitchedOff() throws Exception {
    try (ChildJvm child =
        ChildJvm.start(Map.of("FREEPORT_LABELS", "off"), List.of(), Starts.class, "everyWay")) {
      assertThat(child.readLine()).doesNotContain(Labels.OWNER).contains("org.testcontainers");
      assertThat(child.readLine()).as("its id").isNotEmpty();
      assertThat(child.readLine()).as("with a held port").doesNotContain(Labels.OWNER);
      assertThat(child.readLine()).as("of the launcher").doesNotContain(Labels.OWNER);
      child.send("end");
      assertThat(child.waitFor()).isZero();
    }
  }

  /** The second JVM finds the first one's container: its hash has nothing of a JVM in it. */
  @Test
  void reusableContainersAreFoundAgain() throws Exception {
    String id = "";
    try {
      for (int run = 1; run <= 2; run++) {
        try (ChildJvm child =
            ChildJvm.start(
                Map.of("TESTCONTAINERS_REUSE_ENABLE", "true"),
                List.of(),
                Starts.class,
                "reusable")) {
          assertThat(child.readLine())
              .doesNotContain(Labels.OWNER)
              .contains("org.testcontainers.hash");
          String started = child.readLine();
          if (run == 2) {
            assertThat(started).isEqualTo(id);
          }
          id = started;
          child.kill();
        }
      }
      Reaper.using(client).reap();
      assertThat(StaleContainers.exists(client, id)).isTrue();
    } finally {
      StaleContainers.remove(client, id);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "testcontainers/ryuk:0.14.0",
        "registry.example.org/mirror/testcontainers/ryuk:0.14.0",
        "registry.example.org/testcontainers-ryuk@sha256:00"
      })
  void ryukIsNobodys(String image) {
    CreateContainerCmd create = new OwnerLabelModifier().modify(client.createContainerCmd(image));
    assertThat(create.getLabels()).isNullOrEmpty();
  }

  @Test
  void ryukMayHaveAnotherName() throws Exception {
    Map<String, String> environment =
        Map.of("TESTCONTAINERS_RYUK_CONTAINER_IMAGE", "example/cleaner:1");
    try (ChildJvm child =
        ChildJvm.start(environment, List.of("-Dfreeport.lease=off"), Labelled.class)) {
      assertThat(child.readLine()).isEqualTo("registry.example.org/example/cleaner:1 false");
      assertThat(child.readLine()).isEqualTo("example/cleaner:2 true");
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void othersWithSuchAName() {
    CreateContainerCmd create =
        new OwnerLabelModifier().modify(client.createContainerCmd("my/testcontainers/ryukish:1"));
    assertThat(create.getLabels()).containsKey(Labels.OWNER);
  }

  static final class Labelled {
    public static void main(String[] args) {
      for (String image : List.of("registry.example.org/example/cleaner:1", "example/cleaner:2")) {
        CreateContainerCmd create =
            new OwnerLabelModifier()
                .modify(DockerClientFactory.lazyClient().createContainerCmd(image));
        Map<String, String> labels = create.getLabels();
        System.out.println(image + " " + (labels != null && labels.containsKey(Labels.OWNER)));
      }
    }
  }

  static final class Starts {
    private Starts() {}

    private static void labelsOfOthers() throws IOException {
      try (HttpdContainer publishing = new HttpdContainer();
          DockerClient client = Engine.connect()) {
        ContainerPorts.publish(publishing, Httpd.PORT);
        publishing.start();
        System.out.println(publishing.getContainerInfo().getConfig().getLabels());
        try (LaunchedContainer launched =
            ContainerLauncher.using(client)
                .start(
                    Httpd.create(client).withExposedPorts(ExposedPort.tcp(Httpd.PORT)),
                    Httpd.PORT)) {
          System.out.println(
              client.inspectContainerCmd(launched.id()).exec().getConfig().getLabels());
        }
      }
    }

    public static void main(String[] args) throws IOException {
      try (HttpdContainer httpd = new HttpdContainer().withReuse(args[0].equals("reusable"))) {
        httpd.start();
        System.out.println(httpd.getContainerInfo().getConfig().getLabels());
        System.out.println(httpd.getContainerId());
        if (args[0].equals("everyWay")) {
          labelsOfOthers();
        }
        System.in.read();
      }
    }
  }
}
