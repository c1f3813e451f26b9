package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freeport.internal.hold.Hold;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortAllocatorTest {

  private static final KernelPorts LITTLE_ROOM =
      new KernelPorts(new PortRange(10005, 65535), List.of());

  @Test
  void aPortIsHeldAndKnowsItsName() {
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold("db");
      assertThat(port.state()).isEqualTo(PortState.HELD);
      assertThat(port.name()).isEqualTo("db");
      assertThat(port.number()).isBetween(10000, 32767);
      assertThat(port).hasToString("Port " + port.number() + " \"db\" (HELD)");
      assertThat(allocator.hold().toString()).matches("Port \\d+ \\(HELD\\)");
    }
  }

  @Test
  void severalPortsAreDifferent() {
    try (PortAllocator allocator = PortAllocator.create()) {
      assertThat(allocator.holdAll(100))
          .extracting(HeldPort::number)
          .doesNotHaveDuplicates()
          .hasSize(100);
    }
  }

  @Test
  void closingReleasesEverything() {
    PortAllocator allocator = PortAllocator.create();
    List<HeldPort> ports = allocator.holdAll(10);
    allocator.close();
    allocator.close();
    assertThat(ports).extracting(HeldPort::state).containsOnly(PortState.RELEASED);
    assertThatIllegalStateException()
        .isThrownBy(allocator::hold)
        .withMessage(
            "This PortAllocator is closed. Create another one, or hold the ports before closing it.");
  }

  @Test
  void allOrNothing() {
    try (PortAllocator allocator = PortAllocator.builder().kernel(LITTLE_ROOM).build();
        PortAllocator other = PortAllocator.builder().kernel(LITTLE_ROOM).build()) {
      int taken = other.hold().number();
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.holdAll(4))
          .withMessageStartingWith(
              "No 4 TCP ports can be had. Tried: 4 ports from 10001 to 10004 (any).\n  Port ")
          .withMessageContaining("\nWhat to do:\n  - Stop what has " + taken + ".");
      assertThat(allocator.holdAll(3)).as("what the failed attempt held is free again").hasSize(3);
    }
  }

  @Test
  void aReleasedPortCanBeHeldAgain() {
    try (PortAllocator allocator = PortAllocator.builder().kernel(LITTLE_ROOM).build()) {
      List<HeldPort> all = allocator.holdAll(4);
      all.get(2).close();
      assertThat(allocator.hold().number()).isEqualTo(all.get(2).number());
    }
  }

  @Test
  void fewerThanOneIsRefused() {
    try (PortAllocator allocator = PortAllocator.create()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> allocator.holdAll(0))
          .withMessage("Cannot hold 0 ports: the count must be from 1 to 65535.");
    }
  }

  /**
   * Interleaving: a thread binds a port while another closes the allocator. The port must not
   * outlive it, also if its caller never got to see it.
   */
  @Test
  void nothingOutlivesTheAllocatorThatIsClosedMeanwhile() throws Exception {
    KernelPorts someRoom = new KernelPorts(new PortRange(10300, 65535), List.of());
    List<Integer> free =
        IntStream.range(10001, 10300).filter(PortAllocatorTest::isFree).boxed().toList();
    assertThat(free).hasSizeGreaterThan(200);
    for (int round = 0; round < 200; round++) {
      PortAllocator allocator = PortAllocator.builder().kernel(someRoom).build();
      CyclicBarrier together = new CyclicBarrier(2);
      CompletableFuture<Void> holding =
          CompletableFuture.runAsync(
              () -> {
                await(together);
                try {
                  while (true) {
                    allocator.hold();
                  }
                } catch (IllegalStateException | PortUnavailableException closedOrFull) {
                  return;
                }
              });
      await(together);
      allocator.close();
      holding.get();
      assertThat(free).allMatch(port -> getsFree(port) || isHeldByAnotherJvm(port));
    }
  }

  /** Other tests may run on this machine. */
  private static boolean isHeldByAnotherJvm(int port) {
    OwnerRegistry registry = OwnerRegistry.of(Settings.ofThisJvm());
    return registry.livingOwners().stream()
        .filter(owner -> !owner.owner().equals(registry.self()))
        .flatMap(owner -> owner.holds().stream())
        .anyMatch(hold -> hold.port() == port);
  }

  /** What has outlived its allocator stays; another program may have a port for a moment. */
  private static boolean getsFree(int port) {
    long start = System.nanoTime();
    while (!isFree(port)) {
      if (isHeldByAnotherJvm(port) || System.nanoTime() - start > TimeUnit.MINUTES.toNanos(2)) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  private static boolean isFree(int port) {
    try {
      Hold.exclusive(Protocol.TCP, null, port).close();
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  @Test
  void allocatorsOfManyThreadsNeverGiveOutTheSamePort() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (PortAllocator one = PortAllocator.create();
        PortAllocator two = PortAllocator.create()) {
      List<Future<List<HeldPort>>> futures = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        PortAllocator allocator = i % 2 == 0 ? one : two;
        futures.add(threads.submit(() -> allocator.holdAll(100)));
      }
      Set<Integer> numbers = new HashSet<>();
      for (Future<List<HeldPort>> future : futures) {
        future.get().forEach(port -> assertThat(numbers.add(port.number())).isTrue());
      }
      assertThat(numbers).hasSize(800);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aKilledJvmHoldsNothing() throws Exception {
    try (ChildJvm child = ChildJvm.start(HoldsPorts.class)) {
      List<Integer> numbers = new ArrayList<>();
      for (String number : child.readLine().split(" ", -1)) {
        numbers.add(Integer.parseInt(number));
      }
      assertThat(numbers)
          .hasSize(10)
          .allSatisfy(
              number ->
                  assertThatThrownBy(() -> canBeHeld(number)).isInstanceOf(BindException.class));

      child.kill();

      assertThat(numbers).allSatisfy(PortAllocatorTest::canBeHeld);
    }
  }

  private static void canBeHeld(int number) throws Exception {
    Hold.exclusive(Protocol.TCP, null, number).close();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static final class HoldsPorts {
    private HoldsPorts() {}

    public static void main(String[] args) throws Exception {
      Collection<HeldPort> ports = PortAllocator.create().holdAll(10);
      System.out.println(String.join(" ", ports.stream().map(port -> "" + port.number()).toList()));
      System.in.read();
    }
  }
}
