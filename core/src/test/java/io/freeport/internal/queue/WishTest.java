package io.freeport.internal.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortRequest;
import io.freeport.Protocol;
import java.net.InetAddress;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WishTest {

  private static Wish wish(PortRequest.Builder request, int first, int last) {
    BitSet numbers = new BitSet();
    numbers.set(first, last + 1);
    return Wish.of(request.build(), numbers);
  }

  private static PortRequest.Builder tcp() {
    return PortRequest.named("any name");
  }

  private static InetAddress address(String text) throws Exception {
    return InetAddress.getByName(text);
  }

  @Test
  void canBeWrittenAndRead() throws Exception {
    Wish plain = wish(tcp(), 7, 9);
    plain.numbers().set(65535);
    assertThat(plain).hasToString("TCP * false 7-9,65535");
    assertThat(Wish.parse(plain.toString())).isEqualTo(plain);

    Wish several =
        wish(tcp().count(2).protocol(Protocol.UDP).address(address("127.0.0.1")), 80, 80);
    assertThat(several).hasToString("UDP 127.0.0.1 true 80");
    assertThat(Wish.parse(several.toString())).isEqualTo(several);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "TCP * false", "TCP * false ", "SCTP * false 1", "TCP * false 0-70000"})
  void isNotReadFromAnythingElse(String text) {
    assertThat(Wish.parse(text)).isNull();
  }

  @Test
  void meetsOthersInWhatBothWant() throws Exception {
    Wish all = wish(tcp(), 1, 4);
    assertThat(all.common(wish(tcp(), 3, 6)).stream()).containsExactly(3, 4);
    assertThat(all.common(wish(tcp(), 5, 6)).stream()).isEmpty();
    assertThat(all.common(wish(tcp().protocol(Protocol.UDP), 1, 4)).stream()).isEmpty();
    assertThat(all.common(wish(tcp().protocol(Protocol.TCP_AND_UDP), 4, 4)).stream())
        .containsExactly(4);
    Wish one = wish(tcp().address(address("127.0.0.1")), 1, 4);
    assertThat(one.common(all).stream()).hasSize(4);
    assertThat(one.common(wish(tcp().address(address("127.0.0.2")), 1, 4)).stream()).isEmpty();
    assertThat(one.common(wish(tcp().address(address("0.0.0.0")), 1, 4)).stream()).hasSize(4);
  }
}
