package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.freeport.internal.handoff.LateConsumers;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortEventTest {

  private final List<PortEvent> events = new CopyOnWriteArrayList<>();

  private PortAllocator allocator(LeakPolicy leaks) {
    return PortAllocator.builder().leaks(leaks).listener(events::add).build();
  }

  @Test
  void aListenerIsToldOfAPortsLife() {
    try (PortAllocator allocator = allocator(LeakPolicy.WARN)) {
      HeldPort port = allocator.hold(PortRequest.named("db").usedBy("OrdersTest").build());
      port.offer();
      port.close();
      assertThat(events)
          .extracting(PortEvent::type)
          .containsExactly(PortEvent.Type.HELD, PortEvent.Type.OFFERED, PortEvent.Type.RELEASED);
      assertThat(events)
          .allSatisfy(
              event -> {
                assertThat(event.port()).isEqualTo(port.number());
                assertThat(event.name()).isEqualTo("db");
                assertThat(event.usedBy()).isEqualTo("OrdersTest");
                assertThat(event.age()).isLessThan(Duration.ofMinutes(5));
              });
      assertThat(events.get(0).age()).isZero();
    }
  }

  @Test
  void aListenerThatFailsHarmsNobody() {
    try (PortAllocator allocator =
        PortAllocator.builder()
            .listener(
                event -> {
                  throw new IllegalStateException("on purpose");
                })
            .listener(events::add)
            .build()) {
      allocator.hold();
    }
    assertThat(events).hasSize(2);
  }

  @Test
  void exhaustionIsAnEvent() {
    try (PortAllocator allocator = allocator(LeakPolicy.WARN)) {
      HeldPort port = allocator.hold();
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(
              () ->
                  allocator.hold(
                      PortRequest.named("web").preferred(port.number()).strict().build()));
      assertThat(events).last().extracting(PortEvent::type).isEqualTo(PortEvent.Type.EXHAUSTED);
    }
  }

  @Test
  void aConsumerThatOutlivesItsPortIsALeak() throws IOException {
    try (PortAllocator allocator = allocator(LeakPolicy.FAIL)) {
      HeldPort port = allocator.hold(PortRequest.named("db").usedBy("OrdersTest").build());
      port.offer();
      try (ServerSocket server = new ServerSocket(port.number())) {
        assertThatExceptionOfType(PortLeakException.class)
            .isThrownBy(port::close)
            .withMessageStartingWith(
                "Port %d \"db\" (RELEASED) of OrdersTest: something still listens on it after its release.",
                server.getLocalPort());
      }
      assertThat(port.state()).isEqualTo(PortState.RELEASED);
      assertThat(events).last().extracting(PortEvent::type).isEqualTo(PortEvent.Type.LEAKED);
    }
  }

  /** Releases do not wait for it: another thread reports all leaks. */
  @Test
  void aLeakThatIsLoggedCostsTheReleaseNoTime() throws IOException {
    Queue<Thread> reporters = new ConcurrentLinkedQueue<>();
    PortAllocator allocator =
        PortAllocator.builder()
            .leaks(LeakPolicy.WARN)
            .listener(
                event -> {
                  if (event.type() == PortEvent.Type.LEAKED) {
                    reporters.add(Thread.currentThread());
                  }
                })
            .build();
    withServersOn(allocator.holdAll(10), allocator::close, LateConsumers::await);
    assertThat(reporters).hasSize(10).doesNotContain(Thread.currentThread());
  }

  /** One wait has about fifteen pauses. */
  @Test
  void portsThatAreReleasedTogetherHaveOneWait(@TempDir Path directory) throws IOException {
    PortAllocator allocator = allocator(LeakPolicy.FAIL);
    List<HeldPort> ports = allocator.holdAll(10);
    Path file = directory.resolve("waits.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ThreadPark").withoutThreshold().withStackTrace();
      recording.start();
      withServersOn(
          ports,
          () ->
              assertThatExceptionOfType(PortLeakException.class)
                  .isThrownBy(allocator::close)
                  .satisfies(leak -> assertThat(leak.getSuppressed()).hasSize(9)));
      recording.stop();
      recording.dump(file);
    }
    assertThat(RecordingFile.readAllEvents(file))
        .filteredOn(
            event -> event.getThread().getJavaName().equals(Thread.currentThread().getName()))
        .filteredOn(PortEventTest::isOfLeaks)
        .hasSizeBetween(1, 20);
  }

  private static boolean isOfLeaks(RecordedEvent pause) {
    return pause.getStackTrace() != null
        && pause.getStackTrace().getFrames().stream()
            .anyMatch(frame -> frame.getMethod().getName().equals("stays"));
  }

  /** What begins after a wait has a wait of its own: another test, for example. */
  @Test
  void aPortThatWasAllocatedAfterTheWaitHasItsOwn() throws Exception {
    try (PortAllocator allocator = allocator(LeakPolicy.FAIL)) {
      HeldPort leaked = allocator.hold();
      withServersOn(
          List.of(leaked),
          () -> assertThatExceptionOfType(PortLeakException.class).isThrownBy(leaked::close));
      HeldPort port = allocator.hold();
      port.offer();
      ServerSocket server = new ServerSocket(port.number());
      Thread releases = Thread.currentThread();
      AtomicBoolean released = new AtomicBoolean();
      Thread consumer =
          new Thread(
              () -> {
                while (!released.get() && !isWaitingForTheConsumer(releases)) {
                  Thread.onSpinWait();
                }
                assertThatNoException().isThrownBy(server::close);
              });
      consumer.start();
      try {
        assertThatNoException().isThrownBy(port::close);
      } finally {
        released.set(true);
        consumer.join();
      }
    }
  }

  private static boolean isWaitingForTheConsumer(Thread thread) {
    List<String> methods =
        Stream.of(thread.getStackTrace()).map(StackTraceElement::getMethodName).toList();
    return methods.contains("stays") && methods.contains("parkNanos");
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void withServersOn(List<HeldPort> ports, Step... steps) throws IOException {
    List<ServerSocket> servers = new ArrayList<>();
    try {
      for (HeldPort port : ports) {
        port.offer();
        servers.add(new ServerSocket(port.number()));
      }
      for (Step step : steps) {
        step.run();
      }
    } finally {
      for (ServerSocket server : servers) {
        server.close();
      }
    }
  }

  /** The system ends the listening once the thread in {@code accept} has woken up. */
  @Test
  void aServerThatIsJustBeingClosedIsNoLeak() throws Exception {
    try (PortAllocator allocator = allocator(LeakPolicy.FAIL)) {
      closeWhileServersEnd(allocator);
    }
    try (PortAllocator allocator = allocator(LeakPolicy.WARN)) {
      closeWhileServersEnd(allocator);
    }
    LateConsumers.await();
    assertThat(events).extracting(PortEvent::type).doesNotContain(PortEvent.Type.LEAKED);
  }

  private static void closeWhileServersEnd(PortAllocator allocator) throws Exception {
    for (int i = 0; i < 100; i++) {
      HeldPort port = allocator.hold("web");
      port.offer();
      ServerSocket server = new ServerSocket(port.number());
      Thread accepting =
          new Thread(
              () -> {
                try (server) {
                  while (true) {
                    server.accept().close();
                  }
                } catch (IOException closed) {
                  // the end
                }
              });
      accepting.start();
      new Socket(server.getInetAddress(), port.number()).close(); // so it is in accept, or soon
      server.close();
      port.close();
      accepting.join();
    }
  }

  @Test
  void anotherOwnersConsumerIsNoLeak() throws IOException {
    try (PortAllocator allocator = allocator(LeakPolicy.FAIL);
        PortAllocator others = PortAllocator.create()) {
      HeldPort port = allocator.hold();
      port.offer();
      try (ServerSocket server = new ServerSocket(port.number())) {
        port.confirm();
        assertThat(server.isBound()).isTrue();
      }
      HeldPort other = others.hold(PortRequest.named("").preferred(port.number()).strict().build());
      other.offer();
      try (ServerSocket server = new ServerSocket(other.number())) {
        port.close();
        assertThat(server.isBound()).isTrue();
      }
    }
    assertThat(events).extracting(PortEvent::type).doesNotContain(PortEvent.Type.LEAKED);
  }

  @Test
  void aLeakDoesNotKeepOthersFromBeingReleased() throws IOException {
    PortAllocator allocator = allocator(LeakPolicy.FAIL);
    List<HeldPort> ports = allocator.holdAll(3);
    ports.forEach(HeldPort::offer);
    try (ServerSocket one = new ServerSocket(ports.get(0).number());
        ServerSocket two = new ServerSocket(ports.get(1).number())) {
      assertThatExceptionOfType(PortLeakException.class)
          .isThrownBy(allocator::close)
          .satisfies(leak -> assertThat(leak.getSuppressed()).hasSize(1));
      assertThat(List.of(one.isBound(), two.isBound())).containsOnly(true);
    }
    assertThat(ports).extracting(HeldPort::state).containsOnly(PortState.RELEASED);
  }

  @Test
  void leaksAreIgnoredWhereThatIsConfigured() throws IOException {
    try (PortAllocator allocator = allocator(LeakPolicy.IGNORE)) {
      HeldPort port = allocator.hold();
      port.offer();
      try (ServerSocket server = new ServerSocket(port.number())) {
        port.close();
        assertThat(server.isBound()).isTrue();
      }
      assertThat(events).extracting(PortEvent::type).doesNotContain(PortEvent.Type.LEAKED);
    }
  }

  @Test
  void theFlightRecorderHasThem(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("ports.jfr");
    int number;
    try (Recording recording = new Recording();
        PortAllocator allocator = PortAllocator.create()) {
      recording.enable("io.freeport.Port");
      recording.start();
      HeldPort port = allocator.hold(PortRequest.named("db").usedBy("OrdersTest").build());
      number = port.number();
      port.close();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> recorded = RecordingFile.readAllEvents(file);
    assertThat(recorded)
        .extracting(event -> event.getString("type"))
        .containsExactly("HELD", "RELEASED");
    assertThat(recorded)
        .allSatisfy(
            event -> {
              assertThat(event.getInt("port")).isEqualTo(number);
              assertThat(event.getString("name")).isEqualTo("db");
              assertThat(event.getString("usedBy")).isEqualTo("OrdersTest");
            });
    assertThat(recorded.get(1).getDuration("heldFor")).isPositive();
  }
}
