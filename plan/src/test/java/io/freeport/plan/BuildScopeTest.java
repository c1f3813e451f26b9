package io.freeport.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.plan.health.HealthCheck;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules of a repository, whose tests are run by forks of this JVM, which stands for Maven. */
class BuildScopeTest {

  @TempDir Path repository;
  private final List<ChildJvm> forks = new ArrayList<>();

  @BeforeEach
  void makeModules() throws IOException {
    Files.createDirectory(repository.resolve(".git"));
    write(
        repository,
        """
        services:
          db: {scope: build, requires: tcp}
          admin: {inherit: db, requires: http}
          server: {requires: http}
        """);
    write(Files.createDirectory(repository.resolve("one")), "services: {server: {priority: high}}");
    Files.createDirectory(repository.resolve("two"));
  }

  @AfterEach
  void endForks() {
    forks.forEach(ChildJvm::close);
  }

  private static void write(Path directory, String yaml) throws IOException {
    Files.writeString(directory.resolve("freeport.yaml"), yaml);
  }

  private ChildJvm fork(String module) throws IOException {
    ChildJvm fork = ChildJvm.start(Fork.class, repository.resolve(module));
    forks.add(fork);
    return fork;
  }

  @Test
  void modulesShareThePortAlsoWhenTheFirstOneIsKilled() throws Exception {
    ChildJvm first = fork("one");
    String[] ports = first.readLine().split(" ", -1);
    ChildJvm second = fork("two");
    String[] same = second.readLine().split(" ", -1);
    assertThat(same[0]).isEqualTo(ports[0]);
    assertThat(same[1]).as("the heir's").isEqualTo(ports[0]);
    assertThat(same[2]).as("its own").isNotEqualTo(ports[2]);

    first.kill();
    int port = Integer.parseInt(same[0]);
    assertThat(HealthCheck.free(port).check().healthy()).isFalse();
    assertThat(HealthCheck.free(Integer.parseInt(ports[2])).check().healthy()).isTrue();
    assertThat(fork("one").readLine()).startsWith(port + " ");
    second.send("listen");
    assertThat(second.readLine()).isEqualTo("listening");
    assertThat(HealthCheck.tcp(port, Duration.ofSeconds(10)).check().healthy()).isTrue();
  }

  @Test
  void eachTestOfAJvmHasThePort() throws Exception {
    PortPlan plan = PortPlan.load(repository);
    HeldPort held;
    try (PortAssignments one = plan.assign();
        PortAssignments other = PortPlan.load(repository.resolve("one")).assign()) {
      held = one.held("db");
      assertThat(other.held("admin")).isSameAs(held);
      assertThat(other.port("server")).isNotEqualTo(one.port("server"));
    }
    assertThat(held.state()).isEqualTo(PortState.OFFERED);
    try (PortAssignments next = plan.assign()) {
      assertThat(next.port("db")).isEqualTo(held.number());
    }
    held.close();
  }

  /** The other JVMs would go on with the number. */
  @Test
  void isNeverMoved() throws Exception {
    write(
        repository,
        """
        services:
          db: {scope: build}
          other: {inherit: db}
        """);
    try (PortAssignments its = PortPlan.load(repository).assign()) {
      int port = its.port("db");
      assertThatExceptionOfType(PortConflictException.class)
          .isThrownBy(() -> its.move("other"))
          .withMessageContainingAll("\"other\" stays on port " + port, "scope: build");
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(
              () ->
                  its.start(
                      "db",
                      any -> {
                        throw new BindException("another module runs it");
                      }))
          .withMessage("another module runs it");
      its.held("db").close();
    }
  }

  @Test
  void doesNotGiveWay() throws Exception {
    ShiftedPorts ports = ShiftedPorts.of(3000);
    PortPlan plan =
        ports.plan(
            repository,
            """
            strategy: aggressive
            services:
              db: {scope: build, priority: low, preferred: 3000}
              server: {preferred: 3000}
            """);
    try (PortAssignments its = plan.open()) {
      assertThat(ports.of(its, "db")).isEqualTo(3000);
      assertThat(ports.of(its, "server")).isNotEqualTo(3000);
      its.held("db").close();
    }
  }

  static final class Fork {

    public static void main(String[] args) throws IOException {
      try (PortAssignments ports = PortPlan.load(Path.of(args[0])).assign()) {
        System.out.println(
            ports.port("db") + " " + ports.port("admin") + " " + ports.port("server"));
        new Scanner(System.in, StandardCharsets.UTF_8).nextLine();
        try (ServerSocket server =
            new ServerSocket(ports.offer("db"), 0, InetAddress.getLoopbackAddress())) {
          System.out.println("listening");
          System.in.read();
        }
      }
    }
  }
}
