package io.freeport.cli.kill;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerPort;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.docker.internal.DockerJavaEngine;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineStrategy;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.text.PrintableText;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A container that publishes the port. It is stopped by its engine. */
record ContainerTarget(String id, String containerName) implements KillTarget {

  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final int SHORT_ID = 12;

  /** Returns the running containers that publish a port; none if no engine answers. */
  static List<KillTarget> publishing(int port, boolean udp) {
    try (DockerClient client = Engine.connect()) {
      return client.listContainersCmd().exec().stream()
          .filter(container -> publishes(container, port, udp))
          .<KillTarget>map(ContainerTarget::of)
          .toList();
    } catch (IllegalStateException noEngine) {
      return List.of();
    } catch (IOException e) {
      throw new CommandFailure(ExitStatus.FAILED, e);
    }
  }

  private static boolean publishes(Container container, int port, boolean udp) {
    return container.getPorts() != null
        && Stream.of(container.getPorts())
            .anyMatch(
                published -> isPort(published, port) && "udp".equals(published.getType()) == udp);
  }

  private static boolean isPort(ContainerPort published, int port) {
    return published.getPublicPort() != null && published.getPublicPort() == port;
  }

  private static ContainerTarget of(Container container) {
    String[] names = container.getNames();
    return new ContainerTarget(
        container.getId(),
        names == null || names.length == 0 ? "" : names[0].replaceFirst("^/", ""));
  }

  @Override
  public String name() {
    return "container "
        + (containerName.isEmpty() ? id.substring(0, SHORT_ID) : PrintableText.line(containerName));
  }

  @Override
  public String remark(OwnerRegistry owners) {
    return "";
  }

  @Override
  public Optional<String> refusal(boolean force) {
    URI engine = Engine.uri();
    return EngineStrategy.isLocalSocket(engine)
        ? Optional.empty()
        : Optional.of("its engine, " + engine + ", may be on another host. Stop it there");
  }

  @Override
  public boolean isStillThere() {
    try (DockerClient client = Engine.connect()) {
      return Boolean.TRUE.equals(client.inspectContainerCmd(id).exec().getState().getRunning());
    } catch (NotFoundException removed) {
      return false;
    } catch (IOException e) {
      throw new CommandFailure(ExitStatus.FAILED, e);
    }
  }

  @Override
  public String end(Duration grace) {
    try (DockerClient client = DockerJavaEngine.connect(grace.plus(ANSWER))) {
      client.stopContainerCmd(id).withTimeout((int) Math.max(1, grace.toSeconds())).exec();
      return "Stopped " + name() + ".";
    } catch (NotModifiedException | NotFoundException stoppedAlready) {
      return name() + " had stopped.";
    } catch (DockerException | IOException e) {
      throw new CommandFailure(ExitStatus.FAILED, "Cannot stop " + name() + ": " + e.getMessage());
    }
  }
}
