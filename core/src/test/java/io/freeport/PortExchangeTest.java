package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortExchangeTest {

  private final List<PortEvent> events = new CopyOnWriteArrayList<>();
  private final PortAllocator allocator = PortAllocator.builder().listener(events::add).build();

  @AfterEach
  void releaseAll() {
    allocator.close();
  }

  @Test
  void theSameObjectHoldsAnotherNumber() {
    HeldPort port = allocator.hold("db");
    int before = port.number();

    port.handover().exchange();

    assertThat(port.number()).isNotEqualTo(before);
    assertThat(port.state()).isEqualTo(PortState.HELD);
    assertThat(port.name()).isEqualTo("db");
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(port.number()));
    assertThatNoException().isThrownBy(() -> bind(before));
    port.close();
    assertThatNoException().isThrownBy(() -> bind(port.number()));
  }

  @Test
  void thatItWasStolenIsTold() throws IOException {
    HeldPort port = allocator.hold("db");
    int before = port.number();
    port.handover().offer(HandoffMode.CLOSE_THEN_BIND);
    try (ServerSocket thief = new ServerSocket(before)) {
      port.handover().exchange();
    }
    assertThat(events)
        .filteredOn(event -> event.type() == PortEvent.Type.STOLEN)
        .singleElement()
        .extracting(PortEvent::port)
        .isEqualTo(before);
    assertThat(events)
        .filteredOn(event -> event.type() == PortEvent.Type.HELD)
        .extracting(PortEvent::port)
        .containsExactly(before, port.number());
  }

  @Test
  void eachNumberThatWasHeldIsReleasedOnce() {
    HeldPort port = allocator.hold("db");
    int before = port.number();
    port.handover().exchange();
    port.close();
    assertThat(events)
        .filteredOn(event -> event.type() == PortEvent.Type.HELD)
        .extracting(PortEvent::port)
        .containsExactly(before, port.number());
    assertThat(events)
        .filteredOn(event -> event.type() == PortEvent.Type.RELEASED)
        .extracting(PortEvent::port)
        .containsExactly(before, port.number());
  }

  @Test
  void askingWhetherItIsTakenChangesNothing() throws IOException {
    HeldPort port = allocator.hold("db");
    assertThat(port.handover().isInUse()).isFalse();
    port.handover().offer(HandoffMode.CLOSE_THEN_BIND);
    assertThat(port.handover().isInUse()).isFalse();
    try (ServerSocket thief = new ServerSocket(port.number())) {
      assertThat(port.handover().isInUse()).isTrue();
    }
    assertThat(port.state()).isEqualTo(PortState.OFFERED);
    assertThat(events).noneMatch(event -> event.type() == PortEvent.Type.TAKEN);
  }

  @Test
  void noNumberComesAgain() {
    HeldPort port = allocator.hold(PortRequest.named("db").range(21_500, 21_599).build());
    Set<Integer> numbers = new HashSet<>(Set.of(port.number()));
    for (int i = 0; i < 20; i++) {
      port.handover().exchange();
      assertThat(numbers.add(port.number())).isTrue();
      assertThat(port.number()).isBetween(21_500, 21_599);
    }
  }

  @Test
  void aBlockIsExchangedAsAWhole() {
    List<HeldPort> block =
        allocator.holdAll(PortRequest.named("ftp").count(4).contiguous().build());
    List<Integer> before = numbers(block);

    block.get(2).handover().exchange();

    assertThat(numbers(block)).doesNotContainAnyElementsOf(before);
    int first = block.get(0).number();
    assertThat(numbers(block)).containsExactly(first, first + 1, first + 2, first + 3);
  }

  @Test
  void aBlockOfWhichOneIsInUseStaysAsItIs() throws IOException {
    List<HeldPort> block =
        allocator.holdAll(PortRequest.named("ftp").count(3).contiguous().build());
    List<Integer> before = numbers(block);
    HeldPort inUse = block.get(0);
    inUse.offer();
    try (ServerSocket consumer = new ServerSocket()) {
      consumer.setReuseAddress(true);
      consumer.bind(new InetSocketAddress(inUse.number()));
      assertThat(inUse.confirm()).isTrue();

      assertThatIllegalStateException()
          .isThrownBy(block.get(1).handover()::exchange)
          .withMessageContaining(inUse + " of the same block is in use");
      assertThat(numbers(block)).isEqualTo(before);
      assertThat(block.get(1).state()).isEqualTo(PortState.HELD);
    }
    block.get(1).handover().exchange();
    assertThat(numbers(block)).doesNotContainAnyElementsOf(before);
  }

  /** Another thread can release a port of the block while its others are looked for. */
  @Test
  void aBlockIsExchangedAsAWholeOrNotAtAll() throws IOException {
    List<HeldPort> block = new ArrayList<>();
    try (PortAllocator interrupted = onFirstTheft(() -> block.get(2).close())) {
      block.addAll(interrupted.holdAll(PortRequest.named("ftp").count(3).contiguous().build()));
      List<Integer> before = numbers(block);
      block.get(0).handover().offer(HandoffMode.CLOSE_THEN_BIND);
      try (ServerSocket thief = new ServerSocket(before.get(0))) {
        assertThatIllegalStateException()
            .isThrownBy(block.get(0).handover()::exchange)
            .withMessageContaining("cannot be exchanged any more");
        assertThat(thief.isBound()).isTrue();
      }
      assertThat(numbers(block)).isEqualTo(before);
    }
  }

  /** Another thread can exchange the port, twice, while another number is looked for. */
  @Test
  void noNumberComesAgainFromAnExchangeThatWasOvertaken() throws IOException {
    int first;
    try (PortAllocator finder = PortAllocator.create()) {
      first = finder.holdAll(PortRequest.named("").count(3).contiguous().build()).get(0).number();
    }
    List<HeldPort> ports = new ArrayList<>();
    Set<Integer> numbers = new LinkedHashSet<>();
    Runnable exchangeTwice =
        () -> {
          for (int i = 0; i < 2; i++) {
            ports.get(0).handover().exchange();
            numbers.add(ports.get(0).number());
          }
        };
    try (PortAllocator overtaken = onFirstTheft(exchangeTwice)) {
      ports.add(overtaken.hold(PortRequest.named("db").range(first, first + 2).build()));
      HeldPort port = ports.get(0);
      numbers.add(port.number());
      port.handover().offer(HandoffMode.CLOSE_THEN_BIND);
      try (ServerSocket thief = new ServerSocket(port.number())) {
        port.handover().exchange();
        assertThat(thief.isBound()).isTrue();
      }
      assertThat(numbers).hasSize(3);
      assertThat(port.state()).isEqualTo(PortState.HELD);
      assertThat(overtaken.hold(port.request()).number())
          .as("the numbers that were given up are free")
          .isIn(numbers);
      assertThat(List.copyOf(numbers)).last().isEqualTo(port.number());
    }
  }

  private static PortAllocator onFirstTheft(Runnable action) {
    AtomicBoolean isFirst = new AtomicBoolean(true);
    return PortAllocator.builder()
        .listener(
            event -> {
              if (event.type() == PortEvent.Type.STOLEN && isFirst.getAndSet(false)) {
                action.run();
              }
            })
        .build();
  }

  @Test
  void whatMustHaveItsNumberStaysAsItIs() {
    int free = allocator.hold().number();
    allocator.close();
    try (PortAllocator another = PortAllocator.create()) {
      HeldPort port = another.hold(PortRequest.named("db").preferred(free).strict().build());
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(port.handover()::exchange);
      assertThat(port.number()).isEqualTo(free);
      assertThat(port.state()).isEqualTo(PortState.HELD);
    }
  }

  @Test
  void aReleasedPortIsNotExchanged() {
    HeldPort port = allocator.hold("db");
    port.close();
    assertThatIllegalStateException()
        .isThrownBy(port.handover()::exchange)
        .withMessageContaining("cannot be exchanged any more");
  }

  @Test
  void anAllocatorForgetsWhatWasExchanged() {
    HeldPort port = allocator.hold("db");
    port.handover().exchange();
    allocator.close();
    assertThat(port.state()).isEqualTo(PortState.RELEASED);
    assertThatNoException().isThrownBy(() -> bind(port.number()));
  }

  @Test
  void aPortIsKeptFromNowOn() throws IOException {
    HeldPort port = allocator.hold("db");
    port.handover().retainHold();
    port.handover().offer(HandoffMode.SHARED);
    try (ServerSocket consumer = new ServerSocket(port.number())) {
      assertThat(port.confirm()).isTrue();
    }
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(port.number()));
  }

  @Test
  void anOfferedPortIsLetGoOfForAConsumerThatDoesNotShare() {
    HeldPort port = allocator.hold("db");
    port.handover().offer(HandoffMode.SHARED);
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(port.number()));
    port.handover().offer(HandoffMode.CLOSE_THEN_BIND);
    assertThatNoException().isThrownBy(() -> bind(port.number()));
    assertThat(events).filteredOn(event -> event.type() == PortEvent.Type.OFFERED).hasSize(1);
  }

  private static List<Integer> numbers(List<HeldPort> ports) {
    return ports.stream().map(HeldPort::number).toList();
  }

  private static void bind(int port) throws IOException {
    HandoffContract.bindExclusively(new InetSocketAddress(port));
  }
}
