package io.freeport.docker.internal;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Ports.Binding;
import io.freeport.HeldPort;
import io.freeport.PortRange;
import io.freeport.Protocol;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A held port, and the container's port that the engine is to publish on it.
 *
 * @param declared the container's port, or {@link #SAME}
 * @param port the port of the host
 */
public record PublishedPort(int declared, HeldPort port) {

  /** In the container the port has whatever number it has outside. */
  public static final int SAME = 0;

  public static void checkContainerPort(int containerPort) {
    if (containerPort < 1 || containerPort > PortRange.HIGHEST_PORT) {
      throw new IllegalArgumentException(
          "Cannot publish container port "
              + containerPort
              + ": expected a number from 1 to "
              + PortRange.HIGHEST_PORT
              + ".");
    }
  }

  /** Returns the number in the container. */
  public int containerPort() {
    return declared == SAME ? port.number() : declared;
  }

  /**
   * Enters the port into a create command, in place of what the command has for the same container
   * port. It may be applied again, to the same command or to that of another attempt.
   *
   * @param hostIp the address of the engine's host; empty for all
   */
  void applyTo(CreateContainerCmd create, String hostIp) {
    if (port.request().protocol() != Protocol.UDP) {
      applyTo(create, hostIp, InternetProtocol.TCP);
    }
    if (port.request().protocol() != Protocol.TCP) {
      applyTo(create, hostIp, InternetProtocol.UDP);
    }
  }

  private void applyTo(CreateContainerCmd create, String hostIp, InternetProtocol protocol) {
    ExposedPort exposed = new ExposedPort(containerPort(), protocol);

    HostConfig host = create.getHostConfig();
    if (host == null) {
      host = new HostConfig();
      create.withHostConfig(host);
    }
    Ports bindings = host.getPortBindings() == null ? new Ports() : host.getPortBindings();
    Binding binding =
        hostIp.isEmpty()
            ? Binding.bindPort(port.number())
            : Binding.bindIpAndPort(hostIp, port.number());
    bindings.getBindings().put(exposed, new Binding[] {binding});
    host.withPortBindings(bindings);

    Set<ExposedPort> all = new LinkedHashSet<>();
    if (create.getExposedPorts() != null) {
      all.addAll(List.of(create.getExposedPorts()));
    }
    all.add(exposed);
    create.withExposedPorts(List.copyOf(all));
  }
}
