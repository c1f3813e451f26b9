package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortHandoffException;
import io.freeport.PortState;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineMode;
import io.freeport.docker.internal.EnginePorts;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.FakeEngine;
import io.freeport.docker.testing.Httpd;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.RequiresDocker;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.utility.DockerImageName;

/** Needs "docker compose", as {@code ci/compose} installs it; without it, it is skipped. */
@RequiresDocker
@ResourceLock(Resources.SYSTEM_PROPERTIES)
@Timeout(180)
class ComposeLauncherTest {

  private static final String MARK = "io.freeport.test.compose";

  private final DockerClient client = Engine.connect();
  @TempDir private Path directory;
  private File file = new File("");

  @BeforeEach
  void writeComposeFile() throws Exception {
    assumeThat(hasCompose()).as("docker compose is installed").isTrue();
    file =
        Files.writeString(
                directory.resolve("compose.yaml"),
                """
                services:
                  web:
                    image: busybox:1.35
                    command: httpd -f -p 80 -h /tmp
                    ports: ["127.0.0.1:${WEB_PORT}:80"]
                    stop_grace_period: 0s
                    labels: {%1$s: "yes"}
                  admin:
                    image: busybox:1.35
                    command: sh -c "echo -n 127.0.0.1:${ADMIN_PORT} > /tmp/index.html; exec httpd -f -p 81 -h /tmp"
                    ports: ["127.0.0.1:${ADMIN_PORT}:81"]
                    stop_grace_period: 0s
                    labels: {%1$s: "yes"}
                """
                    .formatted(MARK))
            .toFile();
  }

  @AfterEach
  void asBefore() throws IOException {
    System.clearProperty("freeport.container.handoff");
    client.close();
  }

  /** There is such a constructor in Testcontainers 2 only; in 1 the launcher has its way. */
  @Test
  void doesNotRunComposeInAContainer() throws Exception {
    List<Constructor<?>> withImage =
        Arrays.stream(ComposeContainer.class.getConstructors())
            .filter(
                constructor ->
                    Arrays.equals(
                        constructor.getParameterTypes(),
                        new Class<?>[] {DockerImageName.class, List.class}))
            .toList();
    assumeThat(withImage).as("constructors with an image of Compose").isNotEmpty();
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold("web");
      List<File> given = new ArrayList<>();
      ComposeLauncher launcher =
          ComposeLauncher.of(
                  files -> {
                    given.addAll(files);
                    try {
                      return (ComposeContainer)
                          withImage.get(0).newInstance(DockerImageName.parse("docker:25"), files);
                    } catch (ReflectiveOperationException e) {
                      throw new LinkageError("ComposeContainer cannot be made", e);
                    }
                  },
                  file)
              .port("WEB_PORT", port);
      assertThatIllegalArgumentException()
          .isThrownBy(launcher::start)
          .withMessage(
              "The factory makes a ComposeContainer that runs Compose in a container, where the files of this launcher are not. Leave out"
                  + " the image of Compose: new ComposeContainer(files).");
      assertThat(port.state()).isEqualTo(PortState.HELD);
      assertThat(given).filteredOn(File::exists).containsExactly(file);
    }
  }

  @Test
  void servicesHaveTheirPortsAndTheirOwner() throws Exception {
    HeldPort port;
    try (LaunchedCompose compose =
        ComposeLauncher.of(ComposeLauncherTest::compose, file)
            .port("WEB_PORT")
            .port("ADMIN_PORT")
            .start()) {
      port = compose.port("WEB_PORT");
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
      assertThat(Httpd.statusOnceReady(port.number())).isEqualTo(404);
      int admin = compose.port("ADMIN_PORT").number();
      Eventually.holds("the second one answers", () -> answers(admin));
      assertThat(Httpd.get(admin, "/")).isEqualTo("127.0.0.1:" + admin);
      assertThat(compose.container().getContainerByServiceName("web")).isPresent();
      assertThat(containers())
          .hasSize(2)
          .allSatisfy(
              container ->
                  assertThat(container.getLabels())
                      .containsEntry(
                          Labels.OWNER, OwnerRegistry.of(Settings.ofThisJvm()).self().toString()));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> compose.port("DB_PORT"))
          .withMessage("${DB_PORT} has no port. There are [WEB_PORT, ADMIN_PORT].");
      compose.close();
    }
    assertThat(containers()).isEmpty();
    assertThat(port.state()).isEqualTo(PortState.RELEASED);
  }

  @Test
  void aLostPortIsReplacedAndEverythingStartedAnew() throws Exception {
    System.setProperty("freeport.container.handoff", "close-then-bind");
    List<ComposeContainer> made = new ArrayList<>();
    try (GapThief thief = new GapThief(1)) {
      HeldPort port = thief.hold();
      try (LaunchedCompose compose =
          ComposeLauncher.of(
                  files -> {
                    made.add(compose(files));
                    return made.get(made.size() - 1);
                  },
                  file)
              .port("WEB_PORT", port)
              .port("ADMIN_PORT")
              .start()) {
        assertThat(thief.loot()).hasSize(1).doesNotContain(port.number());
        assertThat(made).hasSize(2);
        assertThat(Httpd.statusOnceReady(port.number())).isEqualTo(404);
        int admin = compose.port("ADMIN_PORT").number();
        Eventually.holds("the second one answers", () -> answers(admin));
        assertThat(Httpd.get(admin, "/")).isEqualTo("127.0.0.1:" + admin);
        assertThat(containers()).as("no leftover").hasSize(2);
      }
      assertThat(containers()).isEmpty();
    }
  }

  @Test
  void otherFailuresAreToldAtOnceAndLeaveNothing() throws Exception {
    List<List<File>> made = new ArrayList<>();
    Files.writeString(
        file.toPath(),
        Files.readString(file.toPath()).replace("httpd -f -p 80 -h /tmp", "no-such-command"));
    assertThatExceptionOfType(ContainerLaunchException.class)
        .isThrownBy(
            () ->
                ComposeLauncher.of(
                        files -> {
                          made.add(files);
                          return compose(files);
                        },
                        file)
                    .port("WEB_PORT")
                    .port("ADMIN_PORT")
                    .start())
        .withMessageContaining("exited abnormally with code 1");
    assertThat(made).hasSize(1);
    assertThat(containers()).isEmpty();
  }

  /** Both are known to the container object only. */
  @Test
  void requiredVariablesAndProfilesOfTheFactory() throws Exception {
    Files.writeString(
        file.toPath(),
        Files.readString(file.toPath())
            .replace("  admin:\n", "  admin:\n    profiles: [administration]\n")
            .replace("  web:\n", "  web:\n    environment: {TOKEN: '${TOKEN:?is needed}'}\n"));
    try (LaunchedCompose compose =
        ComposeLauncher.of(
                files ->
                    compose(files)
                        .withEnv("TOKEN", "secret")
                        .withEnv("COMPOSE_PROFILES", "administration"),
                file)
            .port("WEB_PORT")
            .port("ADMIN_PORT")
            .start()) {
      assertThat(Httpd.statusOnceReady(compose.port("WEB_PORT").number())).isEqualTo(404);
      assertThat(containers())
          .hasSize(2)
          .allSatisfy(container -> assertThat(container.getLabels()).containsKey(Labels.OWNER));
    }
    assertThat(containers()).isEmpty();
  }

  @Test
  void aVariableThatNoFileUses() {
    Modes.assumeShared();
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(
            () ->
                ComposeLauncher.of(ComposeLauncherTest::compose, file)
                    .port("WEB_PROT")
                    .port("ADMIN_PORT")
                    .start())
        .withMessageContaining("no container publishes Port ")
        .withMessageContaining("${WEB_PROT}, ${ADMIN_PORT} of the launcher: is each of them used");
    assertThat(containers()).isEmpty();
    assertThat(Modes.ofThisJvm("localhost")).isNotEqualTo(EngineMode.REMOTE);
  }

  @Test
  void anEngineThatDoesNotSayWhetherThereWasAConflict() throws Exception {
    try (FakeEngine engine = new FakeEngine();
        DockerClient failing = engine.connect()) {
      engine.fault = request -> new FakeEngine.Answer(500, "out of order");
      ComposeProject project =
          ComposeProject.of(
              List.of(file), Map.of(), failing, OwnerRegistry.of(Settings.ofThisJvm()));
      RuntimeException failure = new ContainerLaunchException("Compose failed");
      EnginePorts passage =
          new EnginePorts(
              List.of(),
              DockerContext.ofThisJvm().engine(),
              "localhost",
              HandoffMode.SHARED,
              DockerContext.ofThisJvm().containers());
      assertThat(ComposeLauncher.conflict(project, passage, failure)).isNull();
      assertThat(failure.getSuppressed())
          .singleElement()
          .satisfies(it -> assertThat(it).hasMessageContaining("out of order"));
    }
  }

  /** Nobody else can bind it, and another project or server can be started on it. */
  @Test
  void aPortThatIsNotTheLaunchersIsHeldAgainAfterTheProject() throws Exception {
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold("web");
      ComposeLauncher.of(ComposeLauncherTest::compose, file)
          .port("WEB_PORT", port)
          .port("ADMIN_PORT")
          .start()
          .close();
      assertThat(port.state()).isEqualTo(PortState.HELD);

      Files.writeString(file.toPath(), Files.readString(file.toPath()).replace("httpd", "nohttpd"));
      ComposeLauncher failing =
          ComposeLauncher.of(ComposeLauncherTest::compose, file)
              .port("WEB_PORT", port)
              .port("ADMIN_PORT");
      assertThatThrownBy(failing::start).isInstanceOf(ContainerLaunchException.class);
      assertThat(port.state()).isEqualTo(PortState.HELD);
    }
  }

  @Test
  void aHoldIsNotForAContainerToo() {
    try (LaunchedCompose compose =
            ComposeLauncher.of(ComposeLauncherTest::compose, file)
                .port("WEB_PORT")
                .port("ADMIN_PORT")
                .start();
        HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = compose.port("WEB_PORT");
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      assertThatThrownBy(httpd::start)
          .rootCause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "The Compose project of [" + file + "] runs on " + port + ". A hold is for one");
    }
  }

  @Test
  void aSecondStartLeavesTheFirstAlone() {
    ComposeLauncher launcher =
        ComposeLauncher.of(ComposeLauncherTest::compose, file).port("WEB_PORT").port("ADMIN_PORT");
    try (LaunchedCompose compose = launcher.start()) {
      assertThatIllegalStateException()
          .isThrownBy(launcher::start)
          .withMessageStartingWith("This launcher has started its project already, on {WEB_PORT=");
      assertThat(compose.port("WEB_PORT").state()).isEqualTo(PortState.TAKEN);
    }
  }

  @Test
  void whatIsNoComposeFile() throws Exception {
    Files.writeString(file.toPath(), "services: 5");
    assertThatIllegalStateException()
        .isThrownBy(() -> ComposeLauncher.of(ComposeLauncherTest::compose, file).start())
        .withMessageStartingWith("Docker Compose cannot read [" + file + "]");
  }

  /** Others are external, or under names that another project may use, too. */
  @Test
  void whatIsTheProjectsOwnGetsLabels() throws Exception {
    Files.writeString(
        file.toPath(),
        """
        services:
          web:
            image: busybox:1.35
            env_file: web.env
            profiles: [later]
            networks: [default, back, shared, external]
            volumes: ["data:/data", "1:/1", "shared:/shared", "external:/external"]
            environment: {TOKEN: '${TOKEN:?is needed}'}
        networks:
          back: {labels: {name: x}}
          shared: {name: shared}
          external: {external: true}
        volumes:
          data: {labels: ["name=x"]}
          "1": {}
          shared: {name: shared}
          external: {external: true}
        """);
    ComposeCommand compose =
        new ComposeCommand(ComposeFiles.ownedBy(OwnerRegistry.of(Settings.ofThisJvm())));
    ComposeCommand.Parts parts = compose.parts(List.of(file), Map.of());
    assertThat(parts).isEqualTo(new ComposeCommand.Parts(List.of("web"), List.of(), List.of()));
    Files.createFile(directory.resolve("web.env"));
    parts = compose.parts(List.of(file), Map.of());
    assertThat(parts.services()).containsExactly("web");
    assertThat(parts.networks()).containsExactlyInAnyOrder("back", "default");
    assertThat(parts.volumes()).containsExactlyInAnyOrder("1", "data");
    assertThat(ComposeProject.labelling(parts, Map.of("key", "value")))
        .contains("\"default\": {\"labels\": {\"key\": \"value\"}}");
  }

  @Test
  void aVariableTwice() {
    ComposeLauncher launcher =
        ComposeLauncher.of(ComposeLauncherTest::compose, file).port("WEB_PORT");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> launcher.port("WEB_PORT"))
        .withMessage("${WEB_PORT} has a port already. Name each variable once.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ComposeLauncher.of(ComposeLauncherTest::compose))
        .withMessage("Name at least one compose file.");
  }

  private static ComposeContainer compose(List<File> files) {
    return new ComposeContainer(files).withPull(false);
  }

  private List<Container> containers() {
    return client.listContainersCmd().withShowAll(true).withLabelFilter(Map.of(MARK, "yes")).exec();
  }

  private static boolean answers(int port) {
    try {
      return Httpd.get(port, "/").contains(":");
    } catch (IOException notYet) {
      return false;
    }
  }

  private static boolean hasCompose() throws Exception {
    try {
      Process process =
          new ProcessBuilder("docker", "compose", "version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException noDocker) {
      return false;
    }
  }
}
