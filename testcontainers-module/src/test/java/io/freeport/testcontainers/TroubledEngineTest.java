package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import io.freeport.HeldPort;
import io.freeport.PortHandoffException;
import io.freeport.PortState;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.testing.EngineProxy;
import io.freeport.docker.testing.Eventually;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * The engine is slow, vanishes, comes back, or binds in a way of its own, in the middle of a start.
 */
@RequiresDocker
@ResourceLock(Resources.SYSTEM_PROPERTIES)
@Timeout(120)
class TroubledEngineTest {

  private static final String MODE = "freeport.container.handoff";
  private static final String TIMEOUT = "freeport.container.timeout";
  private static final String RETRIES = "freeport.retries";
  private static final Map<String, String> MARK = Map.of("io.freeport.test", "troubled-engine");

  @TempDir private Path directory;
  private final DockerClient undisturbed = Engine.connect();
  private final List<Integer> numbers = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);

  @AfterEach
  void removeWhatTheTroubleLeft() throws Exception {
    over.countDown();
    System.clearProperty(TIMEOUT);
    System.clearProperty(RETRIES);
    System.clearProperty(MODE);
    undisturbed
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(MARK)
        .exec()
        .forEach(
            container -> undisturbed.removeContainerCmd(container.getId()).withForce(true).exec());
    undisturbed.close();
  }

  @Test
  void oneThatVanishes() throws Exception {
    try (EngineProxy proxy =
            listen(
                it -> {
                  it.vanish();
                  return null;
                });
        DockerClient client = proxy.connect()) {
      assertThatExceptionOfType(PortHandoffException.class)
          .isThrownBy(() -> start(client))
          .withMessageStartingWith("A container with Port ")
          .withMessageContaining("The Docker engine of the launcher's client could not be reached");
    }
    assertThat(numbers).isNotEmpty().allSatisfy(TroubledEngineTest::isFree);
  }

  @Test
  void oneThatDoesNotCreate() throws Exception {
    inAHurry(null);
    assertIsNotWaitedFor(Map.of(EngineProxy.Command.CREATE, it -> hang()));
  }

  @Test
  void oneThatDoesNotStart() throws Exception {
    assertIsNotWaitedFor(
        Map.of(
            EngineProxy.Command.CREATE,
            it -> inAHurry(null),
            EngineProxy.Command.START,
            it -> hang()));
  }

  /** It is looked at when nobody listens after a start that went well. */
  @Test
  void oneThatDoesNotLetItsContainersBeLookedAt() throws Exception {
    System.setProperty(MODE, "auto"); // whatever the environment says
    assertIsNotWaitedFor(
        Map.of(
            EngineProxy.Command.START,
            it -> inAHurry(EngineProxy.noContent()),
            EngineProxy.Command.INSPECT,
            it -> hang()));
  }

  private void assertIsNotWaitedFor(Map<EngineProxy.Command, EngineProxy.BeforeCommand> trouble)
      throws Exception {
    try (EngineProxy proxy = listen(trouble);
        DockerClient client = proxy.connect()) {
      assertThatExceptionOfType(PortHandoffException.class)
          .isThrownBy(() -> start(client))
          .satisfies(this::namesEngineAndPort);
      assertThat(numbers).hasSize(1).allSatisfy(TroubledEngineTest::isFree);
    }
  }

  /** The conflict is what it was about. */
  @Test
  void oneThatDoesNotRemoveWhatItCouldNotStart() throws Exception {
    System.setProperty(RETRIES, "0");
    try (EngineProxy proxy =
            listen(
                Map.of(
                    EngineProxy.Command.START,
                    it -> inAHurry(EngineProxy.internalServerError("port is already allocated")),
                    EngineProxy.Command.REMOVE,
                    it -> hang()));
        DockerClient client = proxy.connect()) {
      assertThatExceptionOfType(InternalServerErrorException.class)
          .isThrownBy(() -> start(client))
          .withMessageContaining("port is already allocated")
          .satisfies(
              conflict ->
                  assertThat(conflict.getSuppressed())
                      .singleElement()
                      .satisfies(this::namesEngineAndPort));
      assertThat(numbers).hasSize(1).allSatisfy(TroubledEngineTest::isFree);
    }
  }

  private void namesEngineAndPort(Throwable failure) {
    assertThat(failure)
        .hasMessageStartingWith("A container with Port " + numbers.get(0) + " \"container:80\" (")
        .hasMessageContaining(
            "was to be started. The Docker engine of the launcher's client did not answer within 500 ms, as"
                + " freeport.container.timeout has it");
  }

  /**
   * From the next command on there is little time: on a busy machine those before may need more.
   */
  private static @Nullable String inAHurry(@Nullable String answer) {
    System.setProperty(TIMEOUT, "0.5s");
    return answer;
  }

  /** Until the test is over. */
  private String hang() throws InterruptedException {
    over.await();
    throw new InterruptedException("The test is over");
  }

  /** As by a timeout of JUnit's. */
  @Test
  void aThreadThatIsInterruptedLeavesNoContainer() throws Exception {
    Thread test = Thread.currentThread();
    try (EngineProxy proxy =
            listen(
                it -> {
                  test.interrupt();
                  return null;
                });
        DockerClient client = proxy.connect()) {
      assertThatExceptionOfType(PortHandoffException.class)
          .isThrownBy(() -> start(client))
          .withMessageContaining("was not waited for, since this thread was interrupted");
      assertThat(Thread.interrupted()).as("whoever called can see it").isTrue();
    }
    assertThat(marks()).isEmpty();
    assertThat(numbers).hasSize(1).allSatisfy(TroubledEngineTest::isFree);
  }

  @Test
  void aContainerThatIsCreatedTooLateIsRemoved() throws Exception {
    long since = System.currentTimeMillis() / 1000;
    ContainerLauncher launcher = ContainerLauncher.using(undisturbed);
    Map<String, String> late = Map.of("io.freeport.test", "late-" + UUID.randomUUID());
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(() -> launcher.start(Httpd.create(undisturbed).withLabels(late), Httpd.PORT))
        .withMessageContaining("was not waited for");
    assertThat(Thread.interrupted()).isTrue();
    Eventually.holds(
        "created and removed", () -> eventsOf(late, since).equals(List.of("create", "destroy")));
  }

  private List<String> eventsOf(Map<String, String> labels, long since) throws Exception {
    List<String> actions = new CopyOnWriteArrayList<>();
    try (ResultCallback.Adapter<Event> callback =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(Event event) {
            actions.add(event.getAction());
          }
        }) {
      undisturbed
          .eventsCmd()
          .withLabelFilter(labels)
          .withSince("" + since)
          .withUntil("" + (System.currentTimeMillis() / 1000 + 1))
          .exec(callback)
          .awaitCompletion();
    }
    return actions;
  }

  private List<String> marks() {
    return undisturbed.listContainersCmd().withShowAll(true).withLabelFilter(MARK).exec().stream()
        .map(Container::getId)
        .toList();
  }

  @Test
  void oneThatAnswersSlowly() throws Exception {
    try (EngineProxy proxy =
            listen(
                it -> {
                  Thread.sleep(1500); // it is what is tested
                  return null;
                });
        DockerClient client = proxy.connect();
        LaunchedContainer httpd = start(client)) {
      assertThat(httpd.port(Httpd.PORT).state()).isEqualTo(PortState.TAKEN);
      assertThat(numbers).containsExactly(httpd.port(Httpd.PORT).number());
    }
  }

  /** As after a restart of the engine: its connections break, and new ones are accepted. */
  @Test
  void oneThatComesBack() throws Exception {
    try (EngineProxy gone =
        listen(
            it -> {
              it.vanish();
              return null;
            })) {
      try (DockerClient client = gone.connect()) {
        assertThatExceptionOfType(PortHandoffException.class).isThrownBy(() -> start(client));
      }
      try (EngineProxy back = EngineProxy.listenOn(directory.resolve("back.sock"), it -> null);
          DockerClient client = back.connect();
          LaunchedContainer httpd = start(client)) {
        assertThat(Httpd.statusOnceReady(httpd.port(Httpd.PORT).number())).isEqualTo(404);
      }
    }
  }

  /** As Podman 6 would: what cannot share a port binds it first, and says so if it cannot. */
  @Test
  void oneThatDoesNotBindBesideAHold() throws Exception {
    System.setProperty(MODE, "auto"); // whatever the environment says
    try (EngineProxy proxy = listen(it -> bindExclusively(numbers.get(numbers.size() - 1)));
        DockerClient client = proxy.connect()) {
      ContainerLauncher launcher = ContainerLauncher.using(client);
      try (LaunchedContainer httpd = start(client, launcher)) {
        assertThat(Httpd.statusOnceReady(httpd.port(Httpd.PORT).number())).isEqualTo(404);
      }
      assertThat(numbers).as("two numbers beside their holds, one without").hasSize(3);
      numbers.clear();
      start(client, launcher).close();
      assertThat(numbers).as("now it is known").hasSize(1);
    }
  }

  private static @Nullable String bindExclusively(int number) throws Exception {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(number));
      return null; // and the real one binds it
    } catch (BindException e) {
      return EngineProxy.internalServerError(
          "cannot listen on the TCP port: listen tcp4 :"
              + number
              + ": bind: address already in use");
    }
  }

  /** Testcontainers' own client, in a JVM of its own: it looks for its engine once. */
  @Test
  void aContainerWhoseEngineVanishes() throws Exception {
    try (EngineProxy proxy =
            listen(
                it -> {
                  it.vanish();
                  return null;
                });
        ChildJvm child =
            ChildJvm.start(
                Map.of("DOCKER_HOST", proxy.uri()),
                List.of("-Dfreeport.lease=off"), // its start would come first
                StartsContainer.class)) {
      assertThat(child.readToEnd())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .matches(
                          "A container with Port \\d+ \"HttpdContainer:80\" \\(OFFERED\\) was to be started. The Docker engine at unix://"
                              + directory
                              + "/engine.sock could not be reached: .*"))
          .endsWith("free");
      assertThat(child.waitFor()).isZero();
    }
  }

  static final class StartsContainer {
    private StartsContainer() {}

    public static void main(String[] args) throws Exception {
      HeldPort port;
      HttpdContainer httpd = new HttpdContainer().withLabels(MARK);
      port = ContainerPorts.publish(httpd, Httpd.PORT);
      try {
        httpd.start();
      } catch (RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
          System.out.println(String.valueOf(cause.getMessage()).lines().findFirst().orElse(""));
        }
      }
      port.close();
      isFree(port.number());
      System.out.println("free");
    }
  }

  private EngineProxy listen(EngineProxy.BeforeCommand beforeStart) throws Exception {
    return listen(Map.of(EngineProxy.Command.START, beforeStart));
  }

  private EngineProxy listen(Map<EngineProxy.Command, EngineProxy.BeforeCommand> before)
      throws Exception {
    return EngineProxy.listenOn(directory.resolve("engine.sock"), before);
  }

  private LaunchedContainer start(DockerClient client) {
    return start(client, ContainerLauncher.using(client));
  }

  private LaunchedContainer start(DockerClient client, ContainerLauncher launcher) {
    return launcher.start(
        ports -> {
          numbers.add(ports.applyAsInt(Httpd.PORT));
          return Httpd.create(client).withLabels(MARK);
        },
        Httpd.PORT);
  }

  private static void isFree(int number) {
    assertThatNoException()
        .isThrownBy(
            () -> {
              try (Socket socket = new Socket()) {
                socket.setReuseAddress(false);
                socket.bind(new InetSocketAddress(number));
              }
            });
  }
}
