package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortRequestTest {

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65536})
  void portsThatAreNone(int port) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("").preferred(8080, port))
        .withMessage("Not a preferred port: " + port + ". Expected a number from 1 to 65535.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("").fallback(port))
        .withMessage("Not a fallback port: " + port + ". Expected a number from 1 to 65535.");
  }

  @Test
  void rangesThatAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("").range(9000, 8000))
        .withMessage("Not a range of ports: 9000-8000. Expected 1 <= first <= last <= 65535.");
  }

  @Test
  void countsAndDistancesThatAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("").count(0))
        .withMessage("Cannot hold 0 ports: the count must be from 1 to 65535.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("").near(-1))
        .withMessage("The distance from preferred ports must be from 0 to 65535, but was -1.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("").alignedTo(0))
        .withMessage("Ports can be aligned to 1 up to 65535, but not to 0.");
  }

  @Test
  void strictWithoutAPreference() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("web").strict().build())
        .withMessage(
            "The request for a TCP port for \"web\" is strict and prefers no port. Name one: preferred(...).");
  }

  @Test
  void aBlockThatFitsIntoNoRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PortRequest.named("")
                    .range(8000, 8005)
                    .range(9000, 9001)
                    .count(10)
                    .contiguous()
                    .build())
        .withMessage(
            "A block of 10 ports does not fit into any of the ranges [8000-8005, 9000-9001]. Widen one.");
  }

  @Test
  void saysWhatItIs() {
    assertThat(PortRequest.any()).hasToString("TCP port");
    assertThat(
            PortRequest.named("rtp")
                .protocol(Protocol.UDP)
                .count(4)
                .contiguous()
                .usedBy("CallTest.rings()")
                .address(InetAddress.getLoopbackAddress())
                .build())
        .hasToString("4 contiguous UDP ports for \"rtp\" (CallTest.rings()) on 127.0.0.1");
  }

  @Test
  void aBuilderDoesNotChangeWhatItBuilt() {
    PortRequest.Builder builder = PortRequest.named("web").preferred(8080);
    PortRequest one = builder.build();
    PortRequest two = builder.preferred(8081).count(2).build();
    PortRequest three = two.toBuilder().preferred(8082).build();
    assertThat(one.preferred()).containsExactly(8080);
    assertThat(one.count()).isEqualTo(1);
    assertThat(two.preferred()).containsExactly(8080, 8081);
    assertThat(three.preferred()).containsExactly(8080, 8081, 8082);
    assertThat(three.count()).isEqualTo(2);
  }

  @Test
  void contradictions() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("rtp").protocol(Protocol.UDP).keep().build())
        .withMessage(
            "The request for a UDP port for \"rtp\" cannot be kept: a hold stays beside its consumer for TCP only. Leave out keep().");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PortRequest.named("web")
                    .preferred(8080, 8081)
                    .exclude(8080)
                    .alignedTo(2)
                    .strict()
                    .build())
        .withMessage(
            "The request for a TCP port for \"web\" is strict, and excludes all preferred ports [8080, 8081] or asks for multiples"
                + " of 2. Prefer others.");
  }

  @Test
  void aRequestForMorePortsThanItAllows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("web").preferred(8080).count(3).strict().build())
        .withMessage(
            "The request for 3 TCP ports for \"web\" can never be met: it is strict, and the preferred ports [8080] are too few. Ask for"
                + " fewer, or allow other ports: fallback(...), range(...) or upTo(PortTier.ANY).");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PortRequest.named("web")
                    .range(8000, 8009)
                    .exclude(8005)
                    .alignedTo(5)
                    .count(2)
                    .build())
        .withMessageContaining(
            "the ports that its lists and ranges allow are too few, with multiples of 5 only, without those that it excludes.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("web").upTo(PortTier.RANGE).build())
        .withMessageContaining("can never be met");
  }

  @Test
  void blocksThatCanBeHadOutsideOfTheRanges() {
    PortRequest.Builder block = PortRequest.named("").range(8000, 8001).count(10).contiguous();
    assertThat(block.preferred(9000).build().preferred()).containsExactly(9000);
    PortRequest.Builder any = PortRequest.named("").range(8000, 8001).count(10).contiguous();
    assertThat(any.upTo(PortTier.ANY).build().lastTier()).isEqualTo(PortTier.ANY);
  }

  @Test
  void aBlockOverAdjacentRanges() {
    PortRequest block =
        PortRequest.named("")
            .range(21_600, 21_604)
            .range(21_605, 21_609)
            .count(10)
            .contiguous()
            .build();
    assertThat(block.ranges()).hasSize(2);
  }

  @Test
  void rangesOfPortsThatBrowsersRefuse() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRequest.named("irc").range(6665, 6669).build())
        .withMessage(
            "The request for a TCP port for \"irc\" can never be met: the ports that its lists and ranges allow are too few,"
                + " without those of its ranges that browsers refuse [6665, 6666, 6667, 6668, 6669]. Ask for fewer, or allow"
                + " other ports: fallback(...), range(...) or upTo(PortTier.ANY).");
    assertThat(PortRequest.named("irc").range(6667, 6667).build().ranges()).hasSize(1);
  }

  @Test
  void aBlockThatHasNoRoomAtTheEnd() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> PortRequest.named("").preferred(65_535).count(2).contiguous().strict().build())
        .withMessageContaining("too few for a block");
  }
}
