package io.freeport.docker.reaper;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.command.ListVolumesResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.freeport.docker.internal.lease.Lease;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lists the resources of an engine, by one label at a time: engines combine several labels with
 * "and".
 */
record EngineListing(DockerClient client) {

  /** Returns containers in all states; those that were created and never started, too. */
  List<EngineResource> containers(String label) {
    return client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(List.of(label))
        .exec()
        .stream()
        .map(EngineResource::of)
        .toList();
  }

  /** Returns all containers in all states, whatever their labels are. */
  List<EngineResource> containers() {
    return client.listContainersCmd().withShowAll(true).exec().stream()
        .map(EngineResource::of)
        .toList();
  }

  List<EngineResource> networks(String label) {
    return client.listNetworksCmd().withFilter("label", List.of(label)).exec().stream()
        .map(EngineResource::of)
        .toList();
  }

  List<EngineResource> volumes(String label) {
    ListVolumesResponse response =
        client.listVolumesCmd().withFilter("label", List.of(label)).exec();
    List<InspectVolumeResponse> volumes = response.getVolumes();
    Map<String, String> created = createdByName(response.getRawValues().get("Volumes"));
    return volumes == null
        ? List.of()
        : volumes.stream().map(volume -> EngineResource.of(volume, created)).toList();
  }

  /**
   * Returns the volume that has a name now.
   *
   * @throws NotFoundException if there is none
   */
  EngineResource volume(String name) {
    InspectVolumeResponse volume = client.inspectVolumeCmd(name).exec();
    return EngineResource.of(
        volume, Map.of(name, String.valueOf(volume.getRawValues().get("CreatedAt"))));
  }

  /** Returns the engine's time; null if it does not tell it. */
  @Nullable Instant time() {
    return EngineResource.instant(client.infoCmd().exec().getSystemTime());
  }

  /**
   * Returns what the engine knows of a container.
   *
   * @throws NotFoundException if there is none
   */
  InspectContainerResponse container(String id) {
    return client.inspectContainerCmd(id).exec();
  }

  /** Returns false in doubt. */
  boolean hasReliableLeases() {
    try {
      return Lease.areReliable(client);
    } catch (DockerException e) {
      return false;
    }
  }

  boolean hasContainer(String id) {
    try {
      container(id);
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** docker-java has no accessor for it, and keeps what it does not know at the top level only. */
  private static Map<String, String> createdByName(@Nullable Object volumes) {
    Map<String, String> created = new HashMap<>();
    if (volumes instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Map<?, ?> volume) {
          created.put(String.valueOf(volume.get("Name")), String.valueOf(volume.get("CreatedAt")));
        }
      }
    }
    return created;
  }

  /** Returns the labels that containers inherit from an image; null if there is no such image. */
  @Nullable Map<String, String> labelsOfImage(String imageId) {
    try {
      InspectImageResponse image = client.inspectImageCmd(imageId).exec();
      Map<String, String> labels = image.getConfig() == null ? null : image.getConfig().getLabels();
      return labels == null ? Map.of() : labels;
    } catch (NotFoundException e) {
      return null;
    }
  }
}
