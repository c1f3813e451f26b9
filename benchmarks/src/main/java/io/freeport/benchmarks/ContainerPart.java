package io.freeport.benchmarks;

import com.github.dockerjava.api.DockerClient;
import io.freeport.testcontainers.ContainerPorts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;

/** What a held port costs the start of a container, and whether the container gets its port. */
final class ContainerPart implements Part {

  static final String TIME = "containers.start";
  static final String HELD = "held port";
  static final String CHOSEN = "the engine chooses";
  static final String FIXED = "a number without a hold";
  static final String SETTING = "until it answers";
  static final String CYCLES = "containers.cycles";
  static final String LOST = "containers.lost";
  static final String ADVERSARIES = "bind(0), and explicit binds";

  private static final int PORT = 80;

  @Override
  public String name() {
    return "containers";
  }

  @Override
  public Optional<String> obstacle() {
    return Docker.obstacle();
  }

  @Override
  public void run(Bench bench, Results results) throws Exception {
    results.note("Docker engine", Docker.version());
    Effort effort = bench.effort();
    List<String> subjects = List.of(CHOSEN, FIXED, HELD);
    for (String subject : subjects) {
      start(subject); // to have everything loaded
    }
    Turns.take(
        effort.of(60, 20, 1),
        subjects,
        (subject, round) -> results.add(TIME, subject, SETTING, "ms", start(subject)));
    List<Peer> few = List.of(Peer.FREEPORT, Peer.SERVER_SOCKET);
    for (Peer peer : effort == Effort.SMOKE ? few : Peer.all()) {
      storm(peer, effort.of(15, 4, 1), results);
    }
  }

  /** Returns how many milliseconds the start took. */
  static double start(String subject) throws IOException {
    // Found outside of the time that is measured, and let go of: nobody is after it here.
    int number = OtherSources.serverSocket().number();
    long start = System.nanoTime();
    try (Server server = new Server()) {
      switch (subject) {
        case HELD -> ContainerPorts.publish(server, PORT);
        case FIXED -> publish(server, "127.0.0.1:" + number); // as a held one is
        default -> server.addExposedPort(PORT);
      }
      server.start();
      return (System.nanoTime() - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
  }

  private static void publish(Server server, String where) {
    server.addExposedPort(PORT);
    server.setPortBindings(List.of(where + ":" + PORT));
  }

  private static void storm(Peer peer, int starts, Results results) throws Exception {
    int lost = 0;
    try (Processes processes = new Processes();
        PortSource source = peer.open()) {
      for (Adversary.Way way : List.of(Adversary.Way.ANY, Adversary.Way.EXPLICIT)) {
        for (List<String> adversary : Storm.adversaries(way, "" + peer.first(), "" + peer.last())) {
          processes.startAndAwaitLine(adversary);
        }
      }
      for (int i = 0; i < starts; i++) {
        lost += isLost(peer, source) ? 1 : 0;
      }
      processes.requireAllStillRun();
    }
    results.add(CYCLES, peer.title(), ADVERSARIES, "", starts);
    results.add(LOST, peer.title(), ADVERSARIES, "", lost);
  }

  private static boolean isLost(Peer peer, PortSource source) throws Exception {
    try (Server server = new Server()) {
      if (peer == Peer.FREEPORT) {
        int held = ContainerPorts.publish(server, PORT).number();
        server.start();
        return server.getMappedPort(PORT) != held;
      }
      Optional<PortSource.Lease> found = take(source);
      if (found.isEmpty()) {
        return true;
      }
      try (PortSource.Lease lease = found.get()) {
        publish(server, "" + lease.number());
        server.start();
        return false;
      }
    } catch (ContainerLaunchException e) {
      if (messages(e).stream().anyMatch(Server::isConflict)) {
        return true;
      }
      throw e;
    }
  }

  /** Some give up when they have come to the end of their range. */
  private static Optional<PortSource.Lease> take(PortSource source) {
    try {
      return Optional.of(source.take());
    } catch (IOException | RuntimeException none) {
      return Optional.empty();
    }
  }

  private static List<String> messages(Throwable e) {
    List<String> messages = new ArrayList<>();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      messages.add(String.valueOf(cause.getMessage()));
    }
    return messages;
  }

  /** The smallest server there is. */
  private static final class Server extends GenericContainer<Server> {

    Server() {
      super(Docker.IMAGE);
      withCommand("httpd", "-f", "-p", "" + PORT, "-h", "/tmp");
      withStartupCheckStrategy(new IsRunningNow());
    }

    static boolean isConflict(String message) {
      return message.contains("address already in use")
          || message.contains("port is already allocated");
    }
  }

  /** Testcontainers' own looks once in a second at most, which would be all that is measured. */
  private static final class IsRunningNow extends StartupCheckStrategy {
    @Override
    public boolean waitUntilStartupSuccessful(DockerClient client, String containerId) {
      return checkStartupState(client, containerId) == StartupStatus.SUCCESSFUL;
    }

    @Override
    public StartupStatus checkStartupState(DockerClient client, String containerId) {
      return Boolean.TRUE.equals(getCurrentState(client, containerId).getRunning())
          ? StartupStatus.SUCCESSFUL
          : StartupStatus.FAILED;
    }
  }
}
