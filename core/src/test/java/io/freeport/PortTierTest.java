package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortTierTest {

  private final PortAllocator allocator = PortAllocator.create();
  private final PortAllocator others = PortAllocator.create();

  /** A piece of the port space of which nobody had anything when the test began. */
  private final int base = freeBlock(120);

  private int freeBlock(int length) {
    try (PortAllocator finder = PortAllocator.create()) {
      return finder
          .holdAll(PortRequest.named("").count(length).contiguous().build())
          .get(0)
          .number();
    }
  }

  @AfterEach
  void releaseAll() {
    allocator.close();
    others.close();
  }

  private void take(int... ports) {
    for (int port : ports) {
      others.hold(PortRequest.named("other").preferred(port).strict().build());
    }
  }

  @Test
  void preferredPortsComeFirstInTheirOrder() {
    take(base);
    HeldPort port =
        allocator.hold(PortRequest.named("web").preferred(base, base + 7, base + 3).build());
    assertThat(port.number()).isEqualTo(base + 7);
    assertThat(port.tier()).isEqualTo(PortTier.PREFERRED);
  }

  @Test
  void thenTheFallbackList() {
    take(base, base + 1);
    HeldPort port =
        allocator.hold(
            PortRequest.named("web").preferred(base, base + 1).fallback(base + 9).build());
    assertThat(port.number()).isEqualTo(base + 9);
    assertThat(port.tier()).isEqualTo(PortTier.FALLBACK);
  }

  @Test
  void thenTheNearestOnes() {
    take(base + 50, base + 51);
    HeldPort port = allocator.hold(PortRequest.named("web").preferred(base + 50).build());
    assertThat(port.number()).isEqualTo(base + 49);
    assertThat(port.tier()).isEqualTo(PortTier.RANGE);
  }

  @Test
  void orTheRange() {
    take(base);
    HeldPort port =
        allocator.hold(
            PortRequest.named("web").preferred(base).range(base + 20, base + 29).build());
    assertThat(port.number()).isBetween(base + 20, base + 29);
    assertThat(port.tier()).isEqualTo(PortTier.RANGE);
  }

  /** Below them there are numbers that are none. */
  @Test
  void thoseNextToALowPortAreLookedAtToo() {
    PortRequest request = PortRequest.named("web").preferred(30).upTo(PortTier.RANGE).build();
    try (PortAllocator theirs = PortAllocator.create()) {
      takeOrLeave(theirs, 30);
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.hold(request))
          .withMessageStartingWith("No TCP port for \"web\" can be had. Tried: 30 (preferred)");
    }
  }

  /** Who is not root may not have it, which is as good. */
  private static void takeOrLeave(PortAllocator allocator, int port) {
    try {
      allocator.hold(PortRequest.named("other").preferred(port).strict().build());
    } catch (PortUnavailableException notForUs) {
      assertThat(notForUs).hasMessageContaining(String.valueOf(port));
    }
  }

  /** Which is tried after all others for a second. */
  @Test
  void aPortThatWasRefusedIsHadAsSoonAsItIsFree() {
    PortRequest request =
        PortRequest.named("web").range(base, base + 2).upTo(PortTier.RANGE).build();
    take(base, base + 2);
    HeldPort last = others.hold(PortRequest.named("other").preferred(base + 1).strict().build());
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(() -> allocator.hold(request));

    last.close();

    assertThat(allocator.hold(request).number()).isEqualTo(base + 1);
  }

  @Test
  void thenAnyPort() {
    take(base);
    HeldPort port = allocator.hold(PortRequest.named("web").preferred(base).near(0).build());
    assertThat(port.number()).isNotEqualTo(base);
    assertThat(port.tier()).isEqualTo(PortTier.ANY);
  }

  @Test
  void aStrictRequestIsNotSatisfiedWithAnother() {
    take(base);
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(
            () ->
                allocator.hold(
                    PortRequest.named("web").preferred(base).fallback(base + 1).strict().build()))
        .withMessageStartingWith(
            "No TCP port for \"web\" can be had. Tried: " + base + " (preferred).")
        .withMessageContaining(
            "  - Allow other ports: fallback(...), range(...) or upTo(PortTier.ANY).")
        .satisfies(e -> assertThat(e.portsInUse()).containsExactly(base));
  }

  @Test
  void theRequestsOwnPortsAreNotBlamed() {
    take(base + 2);
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(
            () -> allocator.holdAll(PortRequest.named("x").range(base, base + 2).count(3).build()))
        .withMessageStartingWith(
            "No 3 TCP ports for \"x\" can be had. Tried: 3 ports from %d to %d (range).\n  Port %d is taken by",
            base, base + 2, base + 2)
        .withMessageEndingWith(
            "\nWhat to do:\n  - Stop what has %d.\n  - Allow other ports: fallback(...), range(...) or upTo(PortTier.ANY).",
            base + 2)
        .satisfies(e -> assertThat(e.portsInUse()).containsExactly(base + 2));
  }

  @Test
  void whatTheRequestItselfRulesOutIsSaid() {
    PortRequest allButOne =
        PortRequest.named("x").range(base, base + 3).exclude(base, base + 1, base + 2).build();
    try (HeldPort theOther = allocator.hold(allButOne)) {
      assertThat(theOther.number()).isEqualTo(base + 3);
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.hold(allButOne))
          .withMessageContaining(
              "Of these, 3 left out: the request excludes them, or they were lost before.");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("x").upTo(PortTier.FALLBACK).build())
        .withMessageStartingWith("The request for a TCP port for \"x\" can never be met:");
  }

  @Test
  void aBusyUdpPortIsNotSaidToBeFree() throws Exception {
    try (DatagramSocket udp = new DatagramSocket(base)) {
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(
              () ->
                  allocator.hold(
                      PortRequest.named("dns")
                          .protocol(Protocol.UDP)
                          .preferred(udp.getLocalPort())
                          .strict()
                          .build()))
          .withMessageContaining("bound to UDP")
          .withMessageNotContaining("is free");
    }
  }

  @Test
  void excludedPortsAreNotGivenOutInAnyTier() {
    HeldPort port =
        allocator.hold(
            PortRequest.named("web")
                .preferred(base)
                .fallback(base + 1)
                .range(base, base + 3)
                .exclude(base, base + 1)
                .exclude(new PortRange(base + 2, base + 2))
                .build());
    assertThat(port.number()).isEqualTo(base + 3);
  }

  @Test
  void aRangeIsUsedUpAndThenFails() {
    PortRequest request = PortRequest.named("web").range(base, base + 99).build();
    List<HeldPort> ports =
        new ArrayList<>(allocator.holdAll(request.toBuilder().count(95).build()));
    ports.addAll(allocator.holdAll(request.toBuilder().count(5).build()));
    assertThat(ports)
        .extracting(HeldPort::number)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(base, base + 100).boxed().toList());

    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(() -> allocator.hold(request))
        .withMessageStartingWith(
            "No TCP port for \"web\" can be had. Tried: 100 ports from "
                + base
                + " to "
                + (base + 99)
                + " (range).")
        .withMessageContaining("  - Release some of the 100 ports that this allocator holds.");

    ports.get(42).close();
    assertThat(allocator.hold(request).number()).isEqualTo(ports.get(42).number());
  }

  @Test
  void aRangeCanBeLeftWhereThatIsAllowed() {
    take(base);
    HeldPort port =
        allocator.hold(PortRequest.named("web").range(base, base).upTo(PortTier.ANY).build());
    assertThat(port.tier()).isEqualTo(PortTier.ANY);
  }

  @Test
  void aBlockIsFoundBetweenTheOthers() {
    for (int port = base; port < base + 100; port += 9) {
      if (port != base + 54) {
        take(port); // every ninth, but for one
      }
    }
    List<HeldPort> block =
        allocator.holdAll(
            PortRequest.named("ftp").range(base, base + 99).count(10).contiguous().build());
    assertThat(block).hasSize(10);
    int first = block.get(0).number();
    assertThat(first).isBetween(base + 46, base + 53);
    assertThat(block)
        .extracting(HeldPort::number)
        .containsExactlyElementsOf(IntStream.range(first, first + 10).boxed().toList());
  }

  @Test
  void aBlockIsHeldWholeOrNotAtAll() {
    for (int port = base; port < base + 100; port += 9) {
      take(port);
    }
    PortRequest block =
        PortRequest.named("ftp").range(base, base + 99).count(10).contiguous().build();
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(() -> allocator.holdAll(block))
        .withMessageStartingWith("No 10 contiguous TCP ports for \"ftp\" can be had.")
        .withMessageContaining("  - Ask for a smaller block, or give up contiguous().");
    assertThat(allocator.holdAll(PortRequest.named("").range(base, base + 99).count(88).build()))
        .as("all that nobody else has")
        .hasSize(88);
  }

  @Test
  void aPairOfPreferredPortsMovesAsAWhole() {
    take(base + 1); // where the second one of the preferred pair should be
    List<HeldPort> pair =
        allocator.holdAll(
            PortRequest.named("http+websocket")
                .preferred(base)
                .fallback(base + 10)
                .count(2)
                .contiguous()
                .build());
    assertThat(pair).extracting(HeldPort::number).containsExactly(base + 10, base + 11);
    assertThat(pair).extracting(HeldPort::tier).containsOnly(PortTier.FALLBACK);
  }

  @Test
  void aBlockIsAligned() {
    List<HeldPort> rtp =
        allocator.holdAll(
            PortRequest.named("rtp")
                .protocol(Protocol.UDP)
                .range(base, base + 99)
                .count(2)
                .contiguous()
                .alignedTo(2)
                .build());
    assertThat(rtp.get(0).number() % 2).isZero();
    assertThat(rtp.get(1).number()).isEqualTo(rtp.get(0).number() + 1);
  }

  @Test
  void aBlockIsNotOnePort() {
    PortRequest two = PortRequest.named("x").count(2).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> allocator.hold(two))
        .withMessage("The request is for 2 TCP ports for \"x\". Use holdAll for more than one.");
  }

  @Test
  void onOneAddressOnly() throws Exception {
    PortRequest loopback =
        PortRequest.named("web")
            .preferred(base)
            .strict()
            .address(InetAddress.getLoopbackAddress())
            .build();
    HeldPort port = allocator.hold(loopback);
    assertThat(port.socketAddress().getAddress().getHostAddress()).isEqualTo("127.0.0.1");
    assertThat(
            others
                .hold(
                    loopback.toBuilder()
                        .address(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}))
                        .build())
                .number())
        .isEqualTo(base);
  }

  @Test
  void onAnAddressThatThisMachineDoesNotHave() throws Exception {
    PortRequest elsewhere =
        PortRequest.named("web")
            .address(InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 7}))
            .build();
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(() -> allocator.hold(elsewhere))
        .withMessage(
            """
            The operating system gives no socket for a TCP port for "web" on 203.0.113.7: Cannot assign requested address.
            What to do:
              - Use an address of this machine, or none, to hold the port on all of them.\
            """);
  }

  @Test
  void wellKnownPortsOnlyForThoseWhoNameThem() {
    HeldPort redis = allocator.hold(PortRequest.named("redis").preferred(16379).build());
    assertThat(redis.tier()).isEqualTo(PortTier.PREFERRED);
    assertThat(redis.number()).isEqualTo(16379);
    redis.close();

    take(16380);
    HeldPort near = allocator.hold(PortRequest.named("redis").preferred(16380).near(1).build());
    assertThat(near.number()).as("16379 is the nearest, but well known").isEqualTo(16381);
  }
}
