package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.freeport.testing.NumberThief;
import io.freeport.testing.NumberThief.Prey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server on a static number that stops and starts, beside a process that binds that number
 * thousands of times per second. {@code -Drestarts=10000} for the long form.
 */
class RestartTest {

  private static final int RESTARTS = Integer.getInteger("restarts", 500);

  private final List<PortEvent> events = new CopyOnWriteArrayList<>();
  private final List<NumberThief> thieves = new CopyOnWriteArrayList<>();
  private final PortAllocator allocator = PortAllocator.builder().listener(events::add).build();

  /** Nobody else on this machine uses its number. */
  private final HeldPort port = allocator.hold(PortRequest.named("static").keep().build());

  private final int number = port.number();

  @AfterEach
  void releaseAll() {
    allocator.close();
    thieves.forEach(NumberThief::close);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nobodyGetsThePortBetweenReclaimAndOffer(boolean reuseAddress) throws IOException {
    try (NumberThief thief = NumberThief.start(number, reuseAddress, Prey.LETS_GO)) {
      assertThat(thief.successesOf(10_000)).as("before the first offer").isZero();
      port.serverSocket().close();
      port.reclaim();

      assertThat(thief.successesOf(10_000)).as("after the reclaim").isZero();

      port.offer();
      int control = thief.successesOf(10);
      assertThat(control > 0).as("%d of 10 after the offer", control).isEqualTo(reuseAddress);
    }
  }

  @Test
  void aServerInAnotherProcessIsRestartedBesideAThiefThatDoesNotShare(TestReporter reporter)
      throws IOException {
    try (NumberThief thief = NumberThief.start(number, false, Prey.LETS_GO);
        RestartServer server = RestartServer.launch()) {
      for (int restart = 0; restart < RESTARTS; restart++) {
        port.offer();
        assertThat(server.listen(number)).as("restart %d", restart).isTrue();
        assertThat(port.confirm()).isTrue();
        assertThat(server.answersOn(number)).isTrue();
        server.stop();
        port.reclaim();
      }
      assertThat(thief.successes()).isZero();
      report(thief, reporter);
    }
  }

  /** The losses are retried, so no test sees them. */
  private void report(NumberThief thief, TestReporter reporter) throws IOException {
    assertThat(thief.attempts()).isPositive();
    reporter.publishEntry(
        "%d restarts beside %d attempts, %d of them successful, %d STOLEN"
            .formatted(RESTARTS, thief.attempts(), thief.successes(), losses().size()));
  }

  /** The control of the test above. */
  @Test
  void aServerWithoutAHoldLosesItsNumber() throws IOException {
    allocator.close();
    try (RestartServer server = RestartServer.launch()) {
      assertThat(server.listen(number)).isTrue();
      try (NumberThief thief = NumberThief.start(number, false, Prey.KEEPS)) {
        server.stop();
        thief.awaitPrey();
        assertThat(server.listen(number)).isFalse();
      }
    }
  }

  @Test
  void aServerSocketIsOpenedAgainBesideAThiefThatShares(TestReporter reporter) throws IOException {
    try (NumberThief thief = NumberThief.start(number, true, Prey.LETS_GO)) {
      for (int restart = 0; restart < RESTARTS; restart++) {
        try (ServerSocket server = port.serverSocket();
            Socket client = new Socket(InetAddress.getLoopbackAddress(), number);
            Socket accepted = server.accept()) {
          assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
        }
        port.reclaim();
      }
      report(thief, reporter);
    }
  }

  @Test
  void aServerSocketChannelIsOpenedAgainBesideAThiefThatShares(TestReporter reporter)
      throws IOException {
    try (NumberThief thief = NumberThief.start(number, true, Prey.LETS_GO)) {
      for (int restart = 0; restart < RESTARTS; restart++) {
        try (ServerSocketChannel server = port.serverSocketChannel();
            Socket client = new Socket(InetAddress.getLoopbackAddress(), number);
            SocketChannel accepted = server.accept()) {
          assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalSocketAddress());
        }
        port.reclaim();
      }
      report(thief, reporter);
    }
  }

  /** The control of the tests above. */
  @Test
  void aPortThatIsOfferedLongBeforeItsServerStartsIsLost() throws IOException {
    port.offer();
    try (NumberThief thief = NumberThief.start(number, true, Prey.KEEPS);
        RestartServer server = RestartServer.launch()) {
      thief.awaitPrey();
      assertThat(server.listen(number)).isFalse();
    }
  }

  @Test
  void aSlowProcessThatLosesItsNumberIsStartedOnAnother() throws Exception {
    StartedConsumer<Process> started =
        allocator.startOn(PortRequest.any(), held -> startBehindThief(held.number()));

    assertThat(listensOn(started.port().number(), started.consumer())).isTrue();
    assertThat(losses())
        .singleElement()
        .extracting(PortEvent::port)
        .isNotEqualTo(started.port().number());
  }

  /** The thief is told to leave by the event. */
  @Test
  void aSlowProcessWhoseNumberStaysIsStartedOnceTheThiefHasLeft() throws Exception {
    try (PortAllocator patient = builder(Duration.ofMinutes(1)).listener(this::expel).build()) {
      HeldPort held = patient.hold();
      Process server = held.start(this::startBehindThief);

      assertThat(listensOn(held.number(), server)).isTrue();
      assertThat(losses()).isNotEmpty();
    }
  }

  @Test
  void startOnWithOneNumberWaitsUntilTheThiefHasLeft() throws Exception {
    port.close();
    PortRequest strict = PortRequest.named("strict").preferred(number).strict().build();
    try (PortAllocator patient = builder(Duration.ofMinutes(1)).listener(this::expel).build()) {
      StartedConsumer<Process> started =
          patient.startOn(strict, held -> startBehindThief(held.number()));

      assertThat(listensOn(number, started.consumer())).isTrue();
      assertThat(losses()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aThiefThatStaysIsNamed(boolean byStartOn) {
    port.close();
    Throwable failure = startBesideAThiefThatStays(byStartOn);
    // The diagnosis has three seconds, which may be too short on a busy machine.
    for (int left = 5; left > 0 && isWithoutName(failure); left--) {
      failure = startBesideAThiefThatStays(byStartOn);
    }
    assertThat(failure)
        .isInstanceOf(PortHandoffException.class)
        .hasMessageStartingWith(
            "Port %d \"strict\" (OFFERED): somebody else took it before its consumer did, and has not let go of it within 500 ms. Port"
                + " %d is taken by java (pid %d",
            number, number, thieves.get(0).pid())
        .hasMessageEndingWith(" Stop that process, or let the number change.");
  }

  private static boolean isWithoutName(Throwable failure) {
    return failure.toString().contains("Who has it cannot be told.");
  }

  private Throwable startBesideAThiefThatStays(boolean byStartOn) {
    thieves.forEach(NumberThief::close);
    thieves.clear();
    PortRequest strict = PortRequest.named("strict").preferred(number).strict().build();
    try (PortAllocator impatient = builder(Duration.ofMillis(500)).build()) {
      return catchThrowable(
          () -> {
            if (byStartOn) {
              impatient.startOn(strict, held -> startBehindThief(held.number()));
            } else {
              impatient.hold(strict).start(this::startBehindThief);
            }
          });
    }
  }

  private PortAllocator.Builder builder(Duration timeout) {
    return PortAllocator.builder().handoffTimeout(timeout).listener(events::add);
  }

  /** Returns a process that binds the number after a while. The first time a thief has it. */
  private Process startBehindThief(int target) throws IOException {
    if (thieves.isEmpty()) {
      NumberThief thief = NumberThief.start(target, true, Prey.KEEPS);
      thieves.add(thief);
      thief.awaitPrey();
    }
    return ChildServer.startSlow(target);
  }

  private void expel(PortEvent event) {
    if (event.type() == PortEvent.Type.STOLEN) {
      thieves.forEach(NumberThief::leave);
    }
  }

  private List<PortEvent> losses() {
    return events.stream().filter(event -> event.type() == PortEvent.Type.STOLEN).toList();
  }

  /** Returns whether the server answers, and ends it. */
  private static boolean listensOn(int target, Process server) throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), target)) {
      return client.getInputStream().read() == -1 && server.isAlive();
    } finally {
      server.destroyForcibly().waitFor();
    }
  }
}
