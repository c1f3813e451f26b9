package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.testing.EngineProxy;
import io.freeport.docker.testing.EngineProxy.Command;
import io.freeport.docker.testing.FakeEngine;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.SocketEngine;
import io.freeport.docker.testing.StaleContainers;
import io.freeport.docker.testing.SuiteChild;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The reaper works beside the tests. A test that creates a container waits for it. */
@Timeout(120)
class ReaperBesideTestsTest {

  /** A pass that hangs would be waited for as long. */
  private static final String LIMIT = "-Dfreeport.reaper.timeout=1h";

  @TempDir Path folder;

  private static ChildJvm start(String engine, List<String> options, Class<?> test)
      throws IOException {
    return ChildJvm.start(
        Map.of("DOCKER_HOST", engine, "FREEPORT_REQUIRE_DOCKER", "false"),
        options,
        SuiteChild.class,
        test.getName());
  }

  @Test
  void theTestsDoNotWait() throws Exception {
    CountDownLatch firstTest = new CountDownLatch(1);
    try (FakeEngine engine = new FakeEngine()) {
      engine.fault =
          request -> {
            try {
              firstTest.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return null;
          };
      try (ChildJvm suite = start(engine.address(), List.of(LIMIT), Passes.class)) {
        suite.readLineLike("first test after .*");
        firstTest.countDown();
        assertThat(suite.readToEnd()).contains("1 succeeded, 0 failed");
      }
    }
  }

  @Test
  void theEndDoesNotWaitForAnEngineThatHangs() throws Exception {
    try (FakeEngine engine = new FakeEngine()) {
      engine.fault = request -> engine.hang();
      try (ChildJvm suite = start(engine.address(), List.of(LIMIT), Passes.class)) {
        assertThat(suite.readToEnd()).contains("1 succeeded, 0 failed");
        assertThat(suite.waitFor()).isZero();
      }
    }
  }

  @Test
  void whereThereIsNothingNoClientIsLoaded() throws Exception {
    Path socket = folder.resolve("docker.sock");
    Path classes = folder.resolve("classes");
    try (SocketEngine engine =
        SocketEngine.listenOn(
            socket,
            line ->
                "HTTP/1.0 200 OK\r\n\r\n"
                    + (line.contains("/volumes") ? "{\"Volumes\":[],\"Warnings\":null}" : "[]"))) {
      List<String> options =
          List.of(
              "-Xlog:class+load:file=" + classes,
              "-Dfreeport.reaper=wait",
              "-Dfreeport.dir=" + folder.resolve("owners"));
      try (ChildJvm suite = start("unix://" + socket, options, Passes.class)) {
        assertThat(suite.readToEnd()).contains("1 succeeded, 0 failed");
      }
      assertThat(engine.requests).hasSize(3);
    }
    assertThat(Files.readString(classes))
        .contains("io.freeport.docker.reaper.ReapPass ")
        .doesNotContain(
            "com.github.dockerjava.core.DockerClientImpl",
            "org.testcontainers.DockerClientFactory");
  }

  @Nested
  @RequiresDocker
  class WithAnEngine {

    private final DockerClient client = Engine.connect();

    /** The proxy lets the reaper's first removal wait for a container that is not created then. */
    @Test
    void aContainerWaits() throws Exception {
      String stale = StaleContainers.create(client, Map.of());
      CountDownLatch created = new CountDownLatch(1);
      AtomicBoolean wasFirst = new AtomicBoolean();
      AtomicBoolean isFirstRemoval = new AtomicBoolean(true);
      try (EngineProxy proxy =
          EngineProxy.listenOn(
              folder.resolve("docker.sock"),
              Map.of(
                  Command.REMOVE,
                  engine -> {
                    if (isFirstRemoval.getAndSet(false)) {
                      wasFirst.set(created.await(3, TimeUnit.SECONDS));
                    }
                    return null;
                  },
                  Command.CREATE,
                  engine -> {
                    created.countDown();
                    return null;
                  }))) {
        try (ChildJvm suite = start(proxy.uri(), List.of(), StartsContainer.class)) {
          assertThat(suite.readToEnd())
              .contains("1 succeeded, 0 failed")
              .anyMatch(line -> line.startsWith("INFO: Removed "));
        }
        assertThat(created.getCount()).as("a container was created").isZero();
        assertThat(wasFirst).as("it was created before the reaper had ended").isFalse();
        assertThat(StaleContainers.exists(client, stale)).isFalse();
      } finally {
        StaleContainers.remove(client, stale);
        client.close();
      }
    }

    /** The reaper has not removed it yet when the test asks: the removal waits for that. */
    @Test
    void aPortCanBeHadThatALeftoverStillHas() throws Exception {
      int number;
      try (PortAllocator allocator = PortAllocator.create()) {
        number = allocator.hold().number();
      }
      String owner = StaleContainers.deadOwner().toString();
      String stale = StaleContainers.startPublishing(client, number, owner);
      CountDownLatch asked = new CountDownLatch(1);
      AtomicBoolean isFirstRemoval = new AtomicBoolean(true);
      try (EngineProxy proxy =
              EngineProxy.listenOn(
                  folder.resolve("docker.sock"),
                  Map.of(
                      Command.REMOVE,
                      engine -> {
                        if (isFirstRemoval.getAndSet(false)) {
                          asked.await();
                        }
                        return null;
                      }));
          ChildJvm suite =
              start(proxy.uri(), List.of("-Dtest.port=" + number), AsksForAPort.class)) {
        suite.readLineLike("asking");
        asked.countDown();
        assertThat(suite.readToEnd()).contains("1 succeeded, 0 failed");
      } finally {
        StaleContainers.remove(client, stale);
        client.close();
      }
    }
  }

  static class Passes {
    @Test
    void passes() {
      assertThat(Path.of("/")).isDirectory();
    }
  }

  static class StartsContainer {
    @Test
    void starts() {
      try (HttpdContainer httpd = new HttpdContainer()) {
        ContainerPorts.publish(httpd, Httpd.PORT);
        httpd.start();
      }
    }
  }

  static class AsksForAPort {
    @Test
    void asks() {
      int number = Integer.getInteger("test.port");
      System.out.println("asking");
      try (PortAllocator allocator = PortAllocator.create()) {
        PortRequest request = PortRequest.named("web").preferred(number).strict().build();
        assertThat(allocator.hold(request).number()).isEqualTo(number);
      }
    }
  }
}
