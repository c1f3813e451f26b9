package io.freeport.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.StartedConsumer;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Starts one server in several ways, and sees what happens. */
final class Trial {

  private static final int STOP_SECONDS = 20;

  private final Server server;
  private final Path folder;

  Trial(Server server, Path folder) {
    this.server = server;
    this.folder = folder;
  }

  /** What can happen to a start on a number. */
  enum Outcome {
    LISTENS,
    FAILS,
    LISTENS_ELSEWHERE
  }

  /** Starts the server beside an offered hold. */
  Outcome besideHold() throws Exception {
    try (PortAllocator ports = PortAllocator.create()) {
      HeldPort port = ports.hold(request(HandoffMode.SHARED));
      port.offer();
      return startBeside(port.number());
    }
  }

  /** Starts the server beside a bound socket that has {@code SO_REUSEPORT} alone. */
  Outcome besideReusePort() throws Exception {
    try (PortAllocator ports = PortAllocator.create();
        SocketChannel socket = SocketChannel.open()) {
      HeldPort port = ports.hold(request(HandoffMode.CLOSE_THEN_BIND));
      port.offer();
      socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      socket.bind(new InetSocketAddress(port.number()));
      return startBeside(port.number());
    }
  }

  private Outcome startBeside(int number) throws Exception {
    Object started;
    try {
      started = server.start().on(number, folder);
    } catch (Exception e) {
      return Outcome.FAILS;
    }
    try {
      return outcome(started, number);
    } finally {
      stop(started);
    }
  }

  private static Outcome outcome(Object started, int number) throws Exception {
    if (!(started instanceof Process process)) {
      return Dialog.isListening(number) ? Outcome.LISTENS : Outcome.LISTENS_ELSEWHERE;
    }
    while (!Dialog.isListening(number)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        return Outcome.FAILS;
      }
    }
    return Outcome.LISTENS;
  }

  /**
   * Has FreePort start the server on any number, and asks it something.
   *
   * @return how often FreePort started it
   * @throws io.freeport.PortHandoffException if it listens elsewhere
   */
  int startOn() throws Exception {
    int[] starts = {0};
    try (PortAllocator ports = allocator()) {
      StartedConsumer<Object> started =
          ports.startOn(
              PortRequest.named(server.name()).build(),
              port -> {
                starts[0]++;
                return server.start().on(port.number(), folder);
              });
      check(started.port(), started.consumer());
    }
    return starts[0];
  }

  /**
   * Has FreePort start the server on a held port that is handed over in some mode, and asks it
   * something.
   *
   * @return how often FreePort started it
   */
  int start(HandoffMode mode) throws Exception {
    int[] starts = {0};
    try (PortAllocator ports = allocator()) {
      HeldPort port = ports.hold(request(mode));
      Object started =
          port.start(
              number -> {
                starts[0]++;
                return server.start().on(number, folder);
              });
      check(port, started);
    }
    return starts[0];
  }

  private void check(HeldPort port, Object started) throws Exception {
    try {
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
      assertThat(server.dialog().ask(port.number())).matches(server.dialog().answer());
    } finally {
      stop(started);
    }
  }

  private PortAllocator allocator() {
    return PortAllocator.builder().handoffTimeout(longestStart()).build();
  }

  /** A server of this JVM listens as soon as it is started, so there is nothing to wait for. */
  private Duration longestStart() {
    return server.isProgram() ? Duration.ofMinutes(1) : Duration.ZERO;
  }

  private PortRequest request(HandoffMode mode) {
    return PortRequest.named(server.name()).handoff(mode).build();
  }

  private static void stop(Object started) throws Exception {
    if (started instanceof AutoCloseable closeable) {
      closeable.close();
      return;
    }
    Process process = (Process) started;
    process.destroy();
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }
}
