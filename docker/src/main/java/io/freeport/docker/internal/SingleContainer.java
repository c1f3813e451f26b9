package io.freeport.docker.internal;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Ports;
import java.util.Arrays;
import java.util.Objects;

/** One container. */
public record SingleContainer(DockerClient client, String id) implements StartedContainers {

  @Override
  public boolean isRunning() {
    try {
      return Boolean.TRUE.equals(client.inspectContainerCmd(id).exec().getState().getRunning());
    } catch (NotFoundException removedItself) {
      return false;
    }
  }

  @Override
  public boolean publishes(int number) {
    // Not what was asked for, in the host configuration: in the host's network that is ignored.
    Ports ports = client.inspectContainerCmd(id).exec().getNetworkSettings().getPorts();
    return ports.getBindings().values().stream()
        .filter(Objects::nonNull)
        .flatMap(Arrays::stream)
        .anyMatch(binding -> Integer.toString(number).equals(binding.getHostPortSpec()));
  }

  @Override
  public String describe() {
    String shortId = "Container " + Display.shortId(id);
    try {
      InspectContainerResponse info = client.inspectContainerCmd(id).exec();
      String image = Display.image(String.valueOf(info.getConfig().getImage()));
      return shortId + " (" + image + ", " + info.getName() + ")";
    } catch (NotFoundException removedItself) {
      return shortId;
    }
  }

  /** Kills and removes it with its anonymous volumes. */
  public void remove() {
    try {
      client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
    } catch (NotFoundException | ConflictException gone) {
      // somebody else removed it, or is about to: that is what we want
    }
  }

  @Override
  public String whyNotPublished() {
    return "Did a modifier of the create command replace the host configuration, or is the network mode host, none, or that of another"
        + " container?";
  }
}
