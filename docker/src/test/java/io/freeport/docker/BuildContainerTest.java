package io.freeport.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.build.BuildPorts;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Scanner;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A real Maven with two threads, three modules, and two forks in each. */
@RequiresDocker
class BuildContainerTest {

  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        %s
        <artifactId>%s</artifactId>
        %s
      </project>
      """;

  private static final String PARENT =
      """
      <groupId>test</groupId>
      <version>1</version>
      <packaging>pom</packaging>
      <properties><skipTests>true</skipTests></properties>
      <modules><module>one</module><module>two</module><module>three</module></modules>
      <dependencies>
        <dependency>
          <groupId>org.junit.jupiter</groupId>
          <artifactId>junit-jupiter</artifactId>
          <version>%s</version>
        </dependency>
      </dependencies>
      <build><plugins><plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-surefire-plugin</artifactId>
        <version>3.5.6</version>
        <configuration>
          <forkCount>2</forkCount>
          <testClassesDirectory>%s</testClassesDirectory>
          <includes>
            <include>**/OfABuild$One.class</include>
            <include>**/OfABuild$Two.class</include>
          </includes>
          <excludes><exclude>none</exclude></excludes>
          <additionalClasspathElements>%s</additionalClasspathElements>
          <systemPropertyVariables>
            <journal>%s</journal>
            <killed>%s</killed>
            <module>${project.artifactId}</module>
          </systemPropertyVariables>
        </configuration>
      </plugin></plugins></build>
      """;

  @TempDir Path project;
  private final DockerClient client = Engine.connect();

  @AfterEach
  void closeClient() throws IOException {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "first", "last"})
  void oneDatabaseForAllModulesAndForks(String killed) throws Exception {
    writeProject(killed);

    int status = runMaven();

    assertThat(status == 0).as(output()).isEqualTo(killed.equals("nobody"));
    List<String> containers =
        journal("joined").map(line -> line.split(" ", -1)[1]).distinct().toList();
    assertThat(journal("joined")).as(output()).hasSize(6);
    assertThat(journal("left")).hasSize(killed.equals("nobody") ? 6 : 5);
    assertThat(containers).hasSize(1);
    assertThat(journal("port").map(line -> line.split(" ", -1)[1]).distinct()).hasSize(1);
    assertThat(exists(containers.get(0))).isEqualTo(killed.equals("last"));
    if (killed.equals("last")) {
      List<String> waiting = List.of("-Dfreeport.reaper=wait");
      try (ChildJvm next = ChildJvm.start(Map.of(), waiting, NextSuite.class)) {
        assertThat(next.waitFor()).isZero();
      }
      assertThat(exists(containers.get(0))).isFalse();
    }
  }

  /** The port is the build's, and stays that of those who live, so whoever comes next needs it. */
  @Test
  void theContainerOfWhoIsKilledWhileItGetsReadyIsReplaced() throws Exception {
    String name = "killed-" + UUID.randomUUID();
    try (ChildJvm other = ChildJvm.start(Starting.class, name, "hold");
        ChildJvm killed = ChildJvm.start(Starting.class, name, "slow")) {
      String port = other.readLine();
      assertThat(killed.readLine()).isEqualTo(port);
      String left = onPort(port);
      killed.kill();
      assertThat(exists(left)).isTrue();
      try (ChildJvm next = ChildJvm.start(Starting.class, name, "quick")) {
        assertThat(next.readLine()).isEqualTo(port);
        String id = next.readLine();
        assertThat(onPort(port)).isEqualTo(id);
        assertThat(exists(left)).isFalse();
        next.send("go");
        assertThat(next.waitFor()).isZero();
        assertThat(exists(id)).isFalse();
      }
    }
  }

  /** The end of the JVM has nothing left to do for it, so nothing refers to it. */
  @Test
  void aClosedContainerIsNotKeptUntilTheJvmEnds() throws Exception {
    WeakReference<BuildContainer> closed = startAndClose();
    Eventually.holds(
        "collected",
        () -> {
          System.gc();
          return closed.get() == null;
        });
  }

  private static WeakReference<BuildContainer> startAndClose() {
    BuildContainer container =
        BuildContainer.of("closed-" + UUID.randomUUID(), Httpd.IMAGE, Httpd.PORT)
            .with(create -> create.withCmd(Httpd.command()))
            .start();
    container.close();
    return new WeakReference<>(container);
  }

  private String onPort(String port) {
    return client.listContainersCmd().exec().stream()
        .filter(
            container ->
                Arrays.stream(container.getPorts())
                    .anyMatch(it -> port.equals(String.valueOf(it.getPublicPort()))))
        .map(Container::getId)
        .findFirst()
        .orElseThrow();
  }

  static final class Starting {

    public static void main(String[] args) {
      Scanner commands = new Scanner(System.in, StandardCharsets.UTF_8);
      HeldPort port =
          BuildPorts.ofThisJvm()
              .hold(args[0], PortAllocator.create(), PortRequest.named("redis").build());
      if (args[1].equals("hold")) {
        System.out.println(port.number());
        commands.nextLine();
        return;
      }
      try (BuildContainer container =
          BuildContainer.of(args[0], "redis:7.0", 6379)
              .on(port)
              .readyWhen(
                  number -> {
                    System.out.println(number);
                    return !args[1].equals("slow") || commands.nextLine().isEmpty();
                  })
              .start()) {
        System.out.println(container.id());
        commands.nextLine();
      }
    }
  }

  private void writeProject(String killed) throws IOException {
    StringBuilder classPath = new StringBuilder();
    for (String element : ChildJvm.classPath().split(File.pathSeparator, -1)) {
      classPath.append("<element>").append(element).append("</element>");
    }
    String junit =
        Objects.requireNonNull(
            Test.class.getPackage().getImplementationVersion(), "JUnit's version");
    Path classes = Path.of("target/test-classes").toAbsolutePath();
    Files.writeString(
        project.resolve("pom.xml"),
        POM.formatted(
            "",
            "all",
            PARENT.formatted(junit, classes, classPath, project.resolve("journal"), killed)));
    for (String module : List.of("one", "two", "three")) {
      Files.writeString(
          Files.createDirectory(project.resolve(module)).resolve("pom.xml"),
          POM.formatted(
              "<parent><groupId>test</groupId><artifactId>all</artifactId><version>1</version></parent>",
              module,
              "<properties><skipTests>false</skipTests></properties>"));
    }
  }

  /** Offline: whoever builds this has all that it takes. */
  private int runMaven() throws Exception {
    Process maven =
        new ProcessBuilder(
                "mvn",
                "-o",
                "-B",
                "-fae",
                "-T2",
                "org.apache.maven.plugins:maven-surefire-plugin:3.5.6:test")
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(project.resolve("output").toFile())
            .start();
    try {
      assertThat(maven.waitFor(10, TimeUnit.MINUTES)).as(output()).isTrue();
      return maven.exitValue();
    } finally {
      maven.destroy();
    }
  }

  private String output() throws IOException {
    return Files.readString(project.resolve("output"));
  }

  private Stream<String> journal(String word) throws IOException {
    return Files.readAllLines(project.resolve("journal")).stream()
        .filter(line -> line.startsWith(word));
  }

  private boolean exists(String id) {
    try {
      client.inspectContainerCmd(id).exec();
      return true;
    } catch (NotFoundException gone) {
      return false;
    }
  }

  /** Some tests that are run later; the reaper comes before them. */
  static final class NextSuite {

    public static void main(String[] args) {
      try (LauncherSession session = LauncherFactory.openSession()) {
        session
            .getLauncher()
            .execute(
                LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectClass(Nothing.class))
                    .build());
      }
    }
  }

  static final class Nothing {
    @Test
    void passes() {}
  }
}
