package io.freeport.internal.handoff;

import io.freeport.PortRequest;
import io.freeport.internal.hold.PortUse;
import io.freeport.internal.os.SocketOwners;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Tells whether the child process that is the consumer of a port listens there, or somebody who was
 * faster. An offered port is open to others as well, and a child may need a second before it binds.
 */
public final class ChildListener {

  /** They listen for containers, and may have been there before. */
  private static final Set<String> ENGINES =
      Set.of(
          "dockerd",
          "docker-proxy",
          "containerd",
          "conmon",
          "podman",
          "pasta",
          "rootlesskit",
          "rootlessport",
          "slirp4netns",
          "gvproxy");

  private final PortRequest request;
  private final Process child;
  private final Optional<Instant> start;

  /**
   * Begins to watch a child process.
   *
   * @param child has just been started
   */
  public ChildListener(PortRequest request, Process child) {
    this.request = request;
    this.child = child;
    this.start = child.info().startInstant();
  }

  /**
   * Returns whether a process listens that was there before the child, and is no container engine.
   * A younger one may be a server that the child left behind.
   *
   * @return false also if the listener cannot be seen, since it belongs to another user
   */
  public boolean isSomebodyElse(int number) {
    Set<Long> sockets = PortUse.listeners(request.address(), number);
    return !sockets.isEmpty()
        && !isOfChild(sockets)
        && ProcessHandle.allProcesses()
            .filter(process -> SocketOwners.hasAnyOf(sockets, process.pid()))
            .anyMatch(this::isOlderThanChild);
  }

  private boolean isOfChild(Set<Long> sockets) {
    return Stream.concat(Stream.of(child.toHandle()), child.descendants())
        .anyMatch(process -> SocketOwners.hasAnyOf(sockets, process.pid()));
  }

  private boolean isOlderThanChild(ProcessHandle process) {
    ProcessHandle.Info info = process.info();
    boolean isEngine =
        info.command()
            .map(command -> String.valueOf(Path.of(command).getFileName()))
            .filter(ENGINES::contains)
            .isPresent();
    return !isEngine && info.startInstant().flatMap(its -> start.map(its::isBefore)).orElse(false);
  }
}
