package io.freeport.docker.internal.lease;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.VersionComponent;
import io.freeport.docker.internal.Labels;
import io.freeport.internal.owner.Owner;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A container that runs {@code cat} as long as this JVM is connected to its input. When the JVM
 * ends, however it ends, the engine closes the input, and {@code cat} ends with status 0. So the
 * engine can be asked, from any host, whether the owner lives.
 *
 * <p>Measured with Docker 20.10, 26.1 and 28.5, also without root: a lease that is stopped or
 * killed, or that goes down with its engine, ends with status 137. With live-restore it goes on
 * running when the engine ends, even if its owner ends, too.
 */
public final class Lease implements AutoCloseable {

  private static final String PROGRAM = "cat";
  private static final long START_SECONDS = 20;

  private final DockerClient client;
  private final String id;
  private final Heartbeat input;
  private final Connection connection;

  /**
   * Can be waited for again and again, and its end is nothing to log: docker-java closes a callback
   * that was waited for in vain.
   */
  private static final class Connection extends ResultCallback.Adapter<Frame> {

    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch ended = new CountDownLatch(1);
    volatile @Nullable Throwable failure;

    @Override
    public void onStart(Closeable stream) {
      super.onStart(stream);
      begun.countDown();
    }

    @Override
    public void onError(Throwable thrown) {
      failure = thrown;
      begun.countDown();
      ended.countDown();
    }

    @Override
    public void onComplete() {
      super.onComplete();
      ended.countDown();
    }

    void awaitBegin() throws InterruptedException {
      boolean hasBegun = begun.await(START_SECONDS, TimeUnit.SECONDS);
      Throwable thrown = failure;
      if (!hasBegun || thrown != null) {
        throw new IllegalStateException(
            "the engine does not connect to a container's input"
                + (thrown == null ? "" : ": " + thrown.getMessage()),
            thrown);
      }
    }
  }

  private Lease(DockerClient client, String id, Heartbeat input, Connection connection) {
    this.client = client;
    this.id = id;
    this.input = input;
    this.connection = connection;
  }

  /**
   * Starts a lease.
   *
   * @param client for commands
   * @param endless a client that waits for answers without a limit
   * @param image one that has {@code cat}, and that the engine has
   * @param beat how often a byte is sent
   */
  public static Lease start(
      DockerClient client, DockerClient endless, String image, Owner owner, Duration beat) {
    String id = create(client, image, owner);
    Heartbeat input = new Heartbeat(beat);
    Connection connection = new Connection();
    Lease lease = new Lease(client, id, input, connection);
    try {
      endless.attachContainerCmd(id).withFollowStream(true).withStdIn(input).exec(connection);
      connection.awaitBegin();
      client.startContainerCmd(id).exec();
      return lease;
    } catch (RuntimeException e) {
      lease.removeAfter(e);
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      IllegalStateException failure = new IllegalStateException("interrupted", e);
      lease.removeAfter(failure);
      throw failure;
    }
  }

  private static String create(DockerClient client, String image, Owner owner) {
    CreateContainerCmd create =
        client
            .createContainerCmd(image)
            .withEntrypoint(PROGRAM)
            .withStdinOpen(true)
            .withStdInOnce(true)
            .withAttachStdin(true)
            .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withNetworkMode("none")
                    .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE)));
    Labels.addTo(create, owner);
    Map<String, String> labels = new HashMap<>(create.getLabels());
    labels.put(Labels.LEASE, "1");
    return create.withLabels(labels).exec().getId();
  }

  /**
   * Returns whether an engine's leases tell whether their owners live. Those of Podman end with
   * status 0 also when its service ends, while all other containers go on.
   */
  public static boolean areReliable(DockerClient client) {
    List<VersionComponent> parts = client.versionCmd().exec().getComponents();
    return parts == null
        || parts.stream().noneMatch(part -> String.valueOf(part.getName()).contains("Podman"));
  }

  /** Returns whether a container was made as a lease is, whatever its labels say. */
  public static boolean isOne(ContainerConfig config) {
    String[] program = config.getEntrypoint();
    return program != null
        && List.of(program).equals(List.of(PROGRAM))
        && Boolean.TRUE.equals(config.getStdinOpen())
        && Boolean.TRUE.equals(config.getStdInOnce());
  }

  public String id() {
    return id;
  }

  /**
   * Waits until the connection ends.
   *
   * @return whether it has ended in time
   */
  boolean awaitEnd(Duration limit) throws InterruptedException {
    return connection.ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Returns how the lease has ended, as a clause; nothing while it runs.
   *
   * @throws RuntimeException if the engine does not tell
   */
  Optional<String> end() {
    try {
      ContainerState state = client.inspectContainerCmd(id).exec().getState();
      return Boolean.TRUE.equals(state.getRunning())
          ? Optional.empty()
          : Optional.of("it has ended with status " + state.getExitCodeLong());
    } catch (NotFoundException e) {
      return Optional.of("somebody has removed it");
    }
  }

  /** Returns whether the engine has no container of the owner but leases. */
  boolean isLastOf(Owner owner) {
    return containersOf(owner).stream().allMatch(Lease::isOne);
  }

  /** Removes the owner's other leases: they are lost, and an engine may let them run for ever. */
  void removeOthersOf(Owner owner) {
    containersOf(owner).stream()
        .filter(container -> isOne(container) && !container.getId().equals(id))
        .forEach(lost -> remove(lost.getId()));
  }

  private List<Container> containersOf(Owner owner) {
    return client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of(Labels.OWNER, owner.toString()))
        .exec();
  }

  private static boolean isOne(Container container) {
    return container.getLabels().containsKey(Labels.LEASE);
  }

  /** Ends the lease, and leaves no container behind. */
  void remove() {
    try {
      remove(id);
    } finally {
      close();
    }
  }

  private void remove(String container) {
    try {
      client.removeContainerCmd(container).withForce(true).exec();
    } catch (NotFoundException | ConflictException gone) {
      // or somebody else removes it: that is what we want
    }
  }

  private void removeAfter(RuntimeException failure) {
    try {
      remove();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Closes the connection, by which the lease ends. */
  @Override
  public void close() {
    input.close();
    try {
      connection.close();
    } catch (IOException | RuntimeException e) {
      // it is closed already
    }
  }
}
