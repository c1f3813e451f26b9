package io.freeport.docker.internal;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.internal.handoff.ConflictRetry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Has an engine create and start one container on held ports. After a port conflict the container
 * is created and started again with other numbers.
 */
public final class ContainerStarter {

  private final DockerClient client;
  private final EnginePorts ports;

  public ContainerStarter(DockerClient client, EnginePorts ports) {
    this.client = client;
    this.ports = ports;
  }

  /**
   * Starts a container. A start that fails leaves no container behind.
   *
   * @param create makes the command for each attempt; the ports are entered here
   * @param created gets the id of each container before it is started
   * @return the id of the container that runs
   */
  public String run(Supplier<CreateContainerCmd> create, Consumer<String> created) {
    return ports.retry(new Attempt(create, created));
  }

  private final class Attempt implements ConflictRetry.Attempt<String, RuntimeException> {

    private final Supplier<CreateContainerCmd> create;
    private final Consumer<String> created;

    Attempt(Supplier<CreateContainerCmd> create, Consumer<String> created) {
      this.create = create;
      this.created = created;
    }

    @Override
    public String start() {
      CreateContainerCmd command = create.get();
      ports.enterInto(command);
      String id = create(command);
      try {
        created.accept(id);
        ports.start(
            () -> ports.command(client.startContainerCmd(id)::exec),
            new SingleContainer(client, id));
        return id;
      } catch (Throwable e) {
        removeAfter(e, id); // its numbers cannot be changed any more
        throw e;
      }
    }

    @Override
    public boolean isConflict(Exception failure) {
      return ports.isConflict(failure);
    }

    @Override
    public void changeNumbers(Exception conflict) {
      ports.changeNumbers(conflict);
    }
  }

  /** The engine may create it after this has failed: it was slow, or this thread interrupted. */
  private String create(CreateContainerCmd command) {
    CompletableFuture<SingleContainer> created = new CompletableFuture<>();
    try {
      return ports.command(
          () -> {
            String id = command.exec().getId();
            created.complete(new SingleContainer(client, id));
            return id;
          });
    } catch (RuntimeException e) {
      CompletableFuture<Void> unused = created.thenAccept(SingleContainer::remove);
      throw e;
    }
  }

  /** Removes a container after a failure, which keeps what goes wrong here as suppressed. */
  public void removeAfter(Throwable failure, String id) {
    try {
      remove(id);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Removes a container, also if this thread is interrupted. */
  public void remove(String id) {
    boolean interrupted = Thread.interrupted();
    try {
      ports.command(Executors.callable(new SingleContainer(client, id)::remove));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
