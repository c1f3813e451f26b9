package io.freeport.docker.internal;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Ports.Binding;
import io.freeport.HeldPort;
import io.freeport.PortRange;
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

  /** Tells what this class has written from what users have. */
  private static final class HeldBinding extends Binding {

    private static final long serialVersionUID = 1L;

    HeldBinding(String hostIp, int port) {
      super(hostIp.isEmpty() ? null : hostIp, Integer.toString(port));
    }
  }

  /**
   * Enters the port into a create command. It may be applied again, to the same command or to that
   * of another attempt.
   *
   * @param hostIp the address of the engine's host; empty for all
   * @throws IllegalStateException if the command binds the container's port to a certain number
   */
  void applyTo(CreateContainerCmd create, String hostIp) {
    checkIn(create);
    for (InternetProtocol protocol : protocols()) {
      applyTo(create, hostIp, protocol);
    }
  }

  /**
   * Checks that a create command binds the container's port to no other number.
   *
   * @throws IllegalStateException if it does
   */
  void checkIn(CreateContainerCmd create) {
    Ports bound = create.getHostConfig() == null ? null : create.getHostConfig().getPortBindings();
    if (bound == null) {
      return;
    }
    for (InternetProtocol protocol : protocols()) {
      Binding[] bindings = bound.getBindings().get(new ExposedPort(containerPort(), protocol));
      for (Binding binding : bindings == null ? new Binding[0] : bindings) {
        String number = binding == null ? null : binding.getHostPortSpec();
        if (number != null && !(binding instanceof HeldBinding) && isAnother(number)) {
          throw new IllegalStateException(
              "Container port "
                  + containerPort()
                  + " is to be published on "
                  + port
                  + ", and something else binds it to "
                  + number
                  + ", such as setPortBindings, withFixedExposedPort or a modifier of the create command. Remove one of the two.");
        }
      }
    }
  }

  /** Without a certain number, Testcontainers asks the engine for any. */
  private boolean isAnother(String bound) {
    return !bound.isEmpty() && !bound.equals("0") && !bound.equals(Integer.toString(port.number()));
  }

  private List<InternetProtocol> protocols() {
    return switch (port.request().protocol()) {
      case TCP -> List.of(InternetProtocol.TCP);
      case UDP -> List.of(InternetProtocol.UDP);
      case TCP_AND_UDP -> List.of(InternetProtocol.TCP, InternetProtocol.UDP);
    };
  }

  private void applyTo(CreateContainerCmd create, String hostIp, InternetProtocol protocol) {
    ExposedPort exposed = new ExposedPort(containerPort(), protocol);

    HostConfig host = create.getHostConfig();
    if (host == null) {
      host = new HostConfig();
      create.withHostConfig(host);
    }
    Ports bindings = host.getPortBindings() == null ? new Ports() : host.getPortBindings();
    bindings.getBindings().put(exposed, new Binding[] {new HeldBinding(hostIp, port.number())});
    host.withPortBindings(bindings);

    Set<ExposedPort> all = new LinkedHashSet<>();
    if (create.getExposedPorts() != null) {
      all.addAll(List.of(create.getExposedPorts()));
    }
    all.add(exposed);
    create.withExposedPorts(List.copyOf(all));
  }
}
