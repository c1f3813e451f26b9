package io.freeport.docker.internal;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerPort;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.diagnosis.PortOccupant.Kind;
import io.freeport.diagnosis.PortOccupant.Use;
import io.freeport.diagnosis.PortOccupantFinder;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds running containers that publish a port, at the engine of this JVM. {@link
 * io.freeport.diagnosis.PortDiagnosis} loads this class as a service.
 *
 * @since 0.1.0
 */
public final class ContainerOccupantFinder implements PortOccupantFinder {

  private static final Logger LOGGER = System.getLogger(ContainerOccupantFinder.class.getName());

  private final OwnerRegistry owners;

  /** Creates the finder, for {@link java.util.ServiceLoader}. */
  public ContainerOccupantFinder() {
    this(DockerContext.ofThisJvm().owners());
  }

  ContainerOccupantFinder(OwnerRegistry owners) {
    this.owners = owners;
  }

  @Override
  public List<PortOccupant> find(int port) {
    try (DockerClient client = Engine.connect()) {
      Optional<String> elsewhere = elsewhere(Engine.uri());
      List<PortOccupant> occupants = new ArrayList<>();
      for (Container container : client.listContainersCmd().exec()) {
        publishing(port, container.getPorts())
            .forEach(
                (use, addresses) ->
                    occupants.add(occupant(container, use, List.copyOf(addresses), elsewhere)));
      }
      return occupants;
    } catch (IllegalStateException noEngine) {
      LOGGER.log(Level.DEBUG, "No Docker engine, so no container", noEngine);
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the addresses on which a port is published. A port that is only exposed has none. */
  public static Map<Use, Set<String>> publishing(int port, ContainerPort @Nullable [] ports) {
    Map<Use, Set<String>> addresses = new EnumMap<>(Use.class);
    for (ContainerPort published : ports == null ? new ContainerPort[0] : ports) {
      if (published.getPublicPort() != null && published.getPublicPort() == port) {
        Use use = "udp".equals(published.getType()) ? Use.UDP : Use.LISTENING;
        addresses.computeIfAbsent(use, key -> new TreeSet<>()).add(address(published, port));
      }
    }
    return addresses;
  }

  private static String address(ContainerPort published, int port) {
    String ip = published.getIp() == null || published.getIp().isEmpty() ? "*" : published.getIp();
    return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port;
  }

  private PortOccupant occupant(
      Container container, Use use, List<String> addresses, Optional<String> elsewhere) {
    List<String> details = new ArrayList<>();
    details.add(Display.image(container.getImage()));
    details.add(Display.shortId(container.getId()));
    owner(container).ifPresent(details::add);
    elsewhere.ifPresent(details::add);
    return new PortOccupant(
        Kind.CONTAINER,
        use,
        name(container.getNames()),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        addresses,
        details);
  }

  /** Names start with a slash. Those with a second slash are aliases from links. */
  public static String name(String @Nullable [] names) {
    return Arrays.stream(names == null ? new String[0] : names)
        .map(name -> name.startsWith("/") ? name.substring(1) : name)
        .filter(name -> !name.contains("/"))
        .findFirst()
        .orElse("");
  }

  /** A label may have been written by anybody. */
  private Optional<String> owner(Container container) {
    String label = container.getLabels() == null ? null : container.getLabels().get(Labels.OWNER);
    if (label == null) {
      return Optional.empty();
    }
    try {
      Owner owner = Owner.parse(label);
      return Optional.of(
          owner.equals(owners.self())
              ? "started by this JVM with FreePort"
              : "started by the JVM with pid "
                  + owner.pid()
                  + " with FreePort: "
                  + owners.judge(owner).reason());
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  /** An engine that is reached by TCP publishes on its host, which may be another one. */
  public static Optional<String> elsewhere(URI engine) {
    return EngineStrategy.isLocalSocket(engine)
        ? Optional.empty()
        : Optional.of("on the host of the engine at " + engine);
  }
}
