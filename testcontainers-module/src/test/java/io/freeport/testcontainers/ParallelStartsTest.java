package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.model.ContainerPort;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortUnavailableException;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineConflict;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two JVMs with four threads each start containers at the same time, as two forks of a parallel
 * suite do, while an unrelated process starts containers whose ports the engine chooses, all the
 * time.
 */
@RequiresDocker
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ParallelStartsTest {

  private static final int THREADS = 4;

  /** In two rounds, 208 starts: the other JVMs do not live for ever. */
  private static final int STARTS_PER_THREAD = 13;

  /** Some more than it tries: others may have containers started meanwhile. */
  private static final int HELD_IN_THE_WAY = 60;

  /**
   * A port and the time for which one container had it, from the allocation to the container's end.
   */
  private record Use(long pid, int port, long from, long to) {
    static Use parse(String line) {
      String[] words = line.split(" ", -1);
      return new Use(
          Long.parseLong(words[0]),
          Integer.parseInt(words[1]),
          Long.parseLong(words[2]),
          Long.parseLong(words[3]));
    }

    boolean overlaps(Use other) {
      return from <= other.to && other.from <= to;
    }
  }

  @RepeatedTest(2)
  void noConflictAndNoPortTwiceAtATime() throws Exception {
    List<Use> uses = new ArrayList<>();
    try (ChildJvm unrelated = ChildJvm.start(LetsTheEngineChoose.class);
        ChildJvm one = startsContainers();
        ChildJvm two = startsContainers()) {
      one.readToEnd().forEach(line -> uses.add(Use.parse(line)));
      two.readToEnd().forEach(line -> uses.add(Use.parse(line)));
      assertThat(List.of(one.waitFor(), two.waitFor())).containsOnly(0);
      unrelated.send("end");
      assertThat(unrelated.waitFor()).as("it had no conflict either").isZero();
      assertThat(Integer.parseInt(unrelated.readLine())).as("its starts").isGreaterThan(10);
    }

    assertThat(uses).hasSize(2 * THREADS * STARTS_PER_THREAD);
    for (int i = 0; i < uses.size(); i++) {
      Use use = uses.get(i);
      assertThat(uses.subList(0, i))
          .filteredOn(use::overlaps)
          .extracting(Use::port)
          .doesNotContain(use.port());
    }
    assertThat(uses)
        .as("it was parallel")
        .anyMatch(
            use ->
                uses.stream().filter(use::overlaps).count() > THREADS
                    && uses.stream().filter(use::overlaps).map(Use::pid).distinct().count() == 2);
  }

  /** Without the retry, in which a conflict would go by unseen: the first one ends the JVM. */
  private static ChildJvm startsContainers() throws IOException {
    return ChildJvm.start(Map.of(), List.of("-Dfreeport.retries=0"), StartsContainers.class);
  }

  /**
   * The control for the unrelated side: ports that are held where the engine looks for free ones.
   * It tries ten, one after the other, and gives up.
   */
  @Test
  void holdsAmongTheEnginesPortsAreInItsWay() throws Exception {
    try (DockerClient client = Engine.connect();
        PortAllocator allocator = PortAllocator.create()) {
      holdInTheWay(allocator, LetsTheEngineChoose.lastNumber(client));
      assertThatThrownBy(() -> LetsTheEngineChoose.start(client))
          .isInstanceOf(InternalServerErrorException.class)
          .matches(EngineConflict::isIn, "a conflict");
    }
  }

  /**
   * The control for our side: while they are offered, as in a start or a restart, the engine gives
   * one of them to somebody else, and the container that it was meant for does not start.
   */
  @Test
  void ofHoldsAmongTheEnginesPortsThatAreOfferedItTakesOne() throws Exception {
    try (DockerClient client = Engine.connect();
        PortAllocator allocator = PortAllocator.create()) {
      List<HeldPort> held = holdInTheWay(allocator, LetsTheEngineChoose.lastNumber(client));
      held.forEach(port -> port.handover().offer(HandoffMode.SHARED));
      try (LetsTheEngineChoose.Chosen unrelated = LetsTheEngineChoose.start(client);
          HttpdContainer httpd = new HttpdContainer()) {
        assertThat(held).extracting(HeldPort::number).contains(unrelated.port());
        httpd.setPortBindings(List.of("127.0.0.1:" + unrelated.port() + ":" + Httpd.PORT));
        assertThatThrownBy(httpd::start).matches(EngineConflict::isIn, "a conflict");
      }
    }
  }

  private static List<HeldPort> holdInTheWay(PortAllocator allocator, int last) {
    List<HeldPort> held = new ArrayList<>();
    for (int port = last + 1; port <= last + HELD_IN_THE_WAY; port++) {
      try {
        held.add(allocator.hold(PortRequest.named("in the way").preferred(port).strict().build()));
      } catch (PortUnavailableException somebodyHasIt) {
        // the engine will not get it either
      }
    }
    return held;
  }

  /** What everybody else does: publish a port on whatever port of the host is free. */
  static final class LetsTheEngineChoose {
    private LetsTheEngineChoose() {}

    public static void main(String[] args) throws Exception {
      int starts = 0;
      try (DockerClient client = Engine.connect()) {
        while (System.in.available() == 0) {
          start(client).close();
          starts++;
        }
      }
      System.out.println(starts);
    }

    /** A running container, and the number that the engine chose for it. */
    record Chosen(DockerClient client, String id, int port) implements AutoCloseable {
      @Override
      public void close() {
        client.removeContainerCmd(id).withForce(true).exec();
      }
    }

    /** Returns the number from which on it looks for the next one. */
    static int lastNumber(DockerClient client) {
      try (Chosen chosen = start(client)) {
        return chosen.port();
      }
    }

    static Chosen start(DockerClient client) {
      ExposedPort exposed = ExposedPort.tcp(Httpd.PORT);
      String id =
          Httpd.create(client)
              .withExposedPorts(exposed)
              .withHostConfig(
                  HostConfig.newHostConfig()
                      .withPortBindings(new PortBinding(Ports.Binding.empty(), exposed)))
              .exec()
              .getId();
      try {
        client.startContainerCmd(id).exec();
        return new Chosen(
            client,
            id,
            client.listContainersCmd().exec().stream()
                .filter(container -> container.getId().equals(id))
                .mapToInt(container -> publicPort(container.getPorts()))
                .findFirst()
                .orElseThrow());
      } catch (RuntimeException e) {
        client.removeContainerCmd(id).withForce(true).exec();
        throw e;
      }
    }
  }

  private static int publicPort(ContainerPort[] ports) {
    return Objects.requireNonNull(ports[0].getPublicPort(), "a published port");
  }

  static final class StartsContainers {
    private StartsContainers() {}

    public static void main(String[] args) throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try {
        List<Future<List<String>>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          results.add(threads.submit(StartsContainers::startSeveral));
        }
        for (Future<List<String>> result : results) {
          result.get().forEach(System.out::println);
        }
      } finally {
        threads.shutdownNow();
      }
    }

    private static List<String> startSeveral() throws Exception {
      List<String> uses = new ArrayList<>();
      for (int i = 0; i < STARTS_PER_THREAD; i++) {
        try (HttpdContainer httpd = new HttpdContainer()) {
          HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
          long from = System.nanoTime();
          httpd.start();
          if (Httpd.statusOf(port.number()) != 404) {
            throw new IllegalStateException("Something else answers on " + port);
          }
          uses.add(
              ProcessHandle.current().pid()
                  + " "
                  + port.number()
                  + " "
                  + from
                  + " "
                  + System.nanoTime());
        }
      }
      return uses;
    }
  }
}
