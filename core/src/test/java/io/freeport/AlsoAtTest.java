package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that belong together, as those of Redis and its cluster bus. */
class AlsoAtTest {

  private final PortAllocator allocator = PortAllocator.create();

  @AfterEach
  void release() {
    allocator.close();
  }

  @Test
  void bothAreHeldAndShareTheirLife() throws IOException {
    HeldPort redis = allocator.hold(PortRequest.named("redis").alsoAt(1000).build());
    HeldPort bus = redis.companions().get(0);
    assertThat(redis.companions()).hasSize(1);
    assertThat(bus.number()).isEqualTo(redis.number() + 1000);
    assertThat(bus.name()).isEqualTo("redis");
    assertRefused(bus.number());

    redis.offer();
    assertThat(bus.state()).isEqualTo(PortState.OFFERED);
    try (ServerSocket first = new ServerSocket(redis.number());
        ServerSocket second = new ServerSocket(bus.number())) {
      assertThat(redis.confirm()).isTrue();
      assertThat(bus.state()).isEqualTo(PortState.TAKEN);
      assertThat(List.of(first.isBound(), second.isBound())).containsOnly(true);
    }
    redis.reclaim();
    assertThat(bus.state()).isEqualTo(PortState.HELD);

    int before = redis.number();
    redis.handover().exchange();
    assertThat(redis.number()).isNotEqualTo(before);
    assertThat(bus.number()).isEqualTo(redis.number() + 1000);

    redis.close();
    assertThat(bus.state()).isEqualTo(PortState.RELEASED);
  }

  private static void assertRefused(int port) {
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> new ServerSocket(port).close());
  }

  @Test
  void allOrNone() throws IOException {
    HeldPort taken = allocator.hold(PortRequest.named("x").range(20000, 29999).build());
    int below = taken.number() - 7000;
    PortRequest strict = PortRequest.named("redis").preferred(below).alsoAt(7000).strict().build();
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(() -> allocator.hold(strict))
        .satisfies(e -> assertThat(e.portsInUse()).containsExactly(taken.number()));
    new ServerSocket(below).close();
    taken.close();
    assertThat(allocator.hold(strict).number()).isEqualTo(below);
  }

  @Test
  void aBlockWithPortsAbove() {
    List<HeldPort> nodes =
        allocator.holdAll(PortRequest.named("node").count(3).contiguous().alsoAt(100, -50).build());
    int first = nodes.get(0).number();
    assertThat(nodes).extracting(HeldPort::number).containsExactly(first, first + 1, first + 2);
    assertThat(nodes.get(2).companions())
        .extracting(HeldPort::number)
        .containsExactly(first + 102, first - 48);
    assertThat(PortBlock.of(nodes).range().size()).isEqualTo(3);
  }

  @Test
  void severalPortsEachWithItsOwn() {
    List<HeldPort> nodes = allocator.holdAll(PortRequest.named("node").count(5).alsoAt(1).build());
    assertThat(nodes)
        .hasSize(5)
        .allSatisfy(
            node -> assertThat(node.companions().get(0).number()).isEqualTo(node.number() + 1));
  }

  @Test
  void onlyTheFirstNumberHasToBeInARange() {
    HeldPort redis =
        allocator.hold(PortRequest.named("redis").range(21000, 21999).alsoAt(2000).build());
    assertThat(redis.number()).isBetween(21000, 21999);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65535, -65535, Integer.MIN_VALUE})
  void aDistanceThatLeadsNowhere(int distance) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("x").alsoAt(distance))
        .withMessage(
            "No port has another one at the distance %d. Expected a number from 1 to 65534, or its negative.",
            distance);
  }

  @Test
  void aDistanceWithinTheBlock() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("x").count(10).contiguous().alsoAt(5).build())
        .withMessage(
            "The request for 10 contiguous TCP ports with further ones at 5 for \"x\" contradicts itself:"
                + " a distance of alsoAt(5) leads into the block. Use distances from 10 on.");
  }

  @Test
  void aNumberWithoutRoomForTheOther() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("x").preferred(60000).strict().alsoAt(10000).build())
        .withMessageContaining("or for ports that do not exist, at 10000");
  }
}
