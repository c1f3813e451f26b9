package io.freeport.docker.internal;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Has an engine create and start one container on held ports, and again with others as long as
 * somebody has one of them.
 */
public final class ContainerStarter {

  private final DockerClient client;
  private final EnginePorts passage;

  public ContainerStarter(DockerClient client, EnginePorts passage) {
    this.client = client;
    this.passage = passage;
  }

  /**
   * Starts a container. If that fails, none is left.
   *
   * @param create is asked for each attempt; the ports are entered here
   * @param created is told the id of each container, before it is started
   * @return the id of the one that runs
   */
  public String run(Supplier<CreateContainerCmd> create, Consumer<String> created) {
    while (true) {
      CreateContainerCmd command = create.get();
      passage.enterInto(command);
      String id = create(command);
      RuntimeException failure;
      try {
        created.accept(id);
        failure =
            passage.start(
                () -> passage.command(client.startContainerCmd(id)::exec),
                new SingleContainer(client, id));
      } catch (Throwable e) {
        removeAfter(e, id);
        throw e;
      }
      if (failure == null) {
        return id;
      }
      removeAfter(failure, id); // it was created with numbers that cannot be changed any more
      if (!passage.exchangeAfter(failure)) {
        throw failure;
      }
    }
  }

  /** The engine may create it when this has failed: it was slow, or this thread was interrupted. */
  private String create(CreateContainerCmd command) {
    CompletableFuture<SingleContainer> created = new CompletableFuture<>();
    try {
      return passage.command(
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

  public void removeAfter(Throwable failure, String id) {
    try {
      remove(id);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Removes a container, also if nobody waits for it any longer, since this thread was interrupted.
   */
  public void remove(String id) {
    boolean interrupted = Thread.interrupted();
    try {
      passage.command(Executors.callable(new SingleContainer(client, id)::remove));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
