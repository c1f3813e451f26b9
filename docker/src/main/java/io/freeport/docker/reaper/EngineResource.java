package io.freeport.docker.reaper;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerMount;
import com.github.dockerjava.api.model.ContainerNetworkSettings;
import com.github.dockerjava.api.model.ContainerPort;
import com.github.dockerjava.api.model.Network;
import io.freeport.docker.internal.Display;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.reaper.ReapPlan.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A resource that the engine has listed and that a dead owner may have left behind. The engine is
 * trusted, but names and labels may have been written by anybody.
 *
 * @param id for volumes the name, which is all they have
 * @param imageId empty for all but containers
 * @param created by the engine's clock; null if it does not tell
 * @param ports the ports of the engine's host that it publishes
 * @param uses what a container refers to: ids and names of networks, names of volumes, and the id
 *     or name of a container whose network it has, each after its kind
 * @param isRunning whether it is a container that runs
 */
record EngineResource(
    Kind kind,
    String id,
    String name,
    String imageId,
    Map<String, String> labels,
    @Nullable Instant created,
    Set<Integer> ports,
    Set<String> uses,
    boolean isRunning) {

  /** It becomes a part of a path in a request. */
  private static final Pattern ID = Pattern.compile("[0-9a-f]{12,64}");

  /** How a container says that it has the network of another one. */
  private static final String NETWORK_OF = "container:";

  private static final Pattern VOLUME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,254}");

  static EngineResource of(Container container) {
    Set<Integer> ports = new TreeSet<>();
    for (ContainerPort port :
        container.getPorts() == null ? new ContainerPort[0] : container.getPorts()) {
      if (port != null && port.getPublicPort() != null) {
        ports.add(port.getPublicPort());
      }
    }
    Long created = container.getCreated();
    return new EngineResource(
        Kind.CONTAINER,
        orEmpty(container.getId()),
        Display.image(orEmpty(container.getImage())),
        orEmpty(container.getImageId()),
        strings(container.getLabels()),
        created == null ? null : Instant.ofEpochSecond(created),
        ports,
        usesOf(container),
        "running".equals(container.getState()));
  }

  private static Set<String> usesOf(Container container) {
    Set<String> uses = new HashSet<>();
    ContainerNetworkSettings settings = container.getNetworkSettings();
    if (settings != null && settings.getNetworks() != null) {
      settings
          .getNetworks()
          .forEach(
              (name, network) -> {
                uses.add(use(Kind.NETWORK, name));
                if (network != null && network.getNetworkID() != null) {
                  uses.add(use(Kind.NETWORK, network.getNetworkID()));
                }
              });
    }
    if (container.getMounts() != null) {
      for (ContainerMount mount : container.getMounts()) {
        if (mount.getName() != null) {
          uses.add(use(Kind.VOLUME, mount.getName()));
        }
      }
    }
    String mode =
        container.getHostConfig() == null ? null : container.getHostConfig().getNetworkMode();
    if (mode != null && mode.startsWith(NETWORK_OF)) {
      uses.add(use(Kind.CONTAINER, mode.substring(NETWORK_OF.length())));
    }
    return uses;
  }

  private static String use(Kind kind, String idOrName) {
    return kind + " " + idOrName;
  }

  /** Returns whether this is a container that refers to another resource. */
  boolean refersTo(EngineResource other) {
    return uses.contains(use(other.kind, other.id))
        || (other.kind == Kind.NETWORK && uses.contains(use(other.kind, other.name)));
  }

  static EngineResource of(Network network) {
    Date created = network.getCreated();
    return new EngineResource(
        Kind.NETWORK,
        orEmpty(network.getId()),
        orEmpty(network.getName()),
        "",
        strings(network.getLabels()),
        created == null ? null : created.toInstant(),
        Set.of(),
        Set.of(),
        false);
  }

  /**
   * @param created by name, as the engine writes it
   */
  static EngineResource of(InspectVolumeResponse volume, Map<String, String> created) {
    return new EngineResource(
        Kind.VOLUME,
        orEmpty(volume.getName()),
        orEmpty(volume.getName()),
        "",
        strings(volume.getLabels()),
        instant(created.get(orEmpty(volume.getName()))),
        Set.of(),
        Set.of(),
        false);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static Map<String, String> strings(@Nullable Map<String, String> labels) {
    Map<String, String> copy = new HashMap<>();
    if (labels != null) {
      labels.forEach((key, value) -> copy.put(key, orEmpty(value)));
    }
    return copy;
  }

  static @Nullable Instant instant(@Nullable String text) {
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** Returns a label's value; null if there is no such label. */
  @Nullable String label(String key) {
    return labels.get(key);
  }

  /** Returns whether it is what an owner keeps at the engine as long as it lives. */
  boolean isLease() {
    return kind == Kind.CONTAINER && labels.containsKey(Labels.LEASE);
  }

  boolean hasPlausibleId() {
    return (kind == Kind.VOLUME ? VOLUME : ID).matcher(id).matches();
  }

  /** Returns how old it is; zero if its creation is unknown or in the future. */
  Duration age(Instant now) {
    return created == null || created.isAfter(now) ? Duration.ZERO : Duration.between(created, now);
  }
}
