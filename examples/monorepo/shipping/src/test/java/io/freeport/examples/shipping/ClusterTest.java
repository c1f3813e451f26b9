package io.freeport.examples.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClusterTest {

  private final List<Integer> members;

  ClusterTest(
      @FreePort("north") int north, @FreePort("east") int east, @FreePort("south") int south) {
    members = List.of(north, east, south);
  }

  static IntStream destinations() {
    return IntStream.range(0, 150).map(test -> test % 3);
  }

  @ParameterizedTest
  @MethodSource("destinations")
  void parcelsArriveWhereTheyShould(int destination) throws Exception {
    String parcel = UUID.randomUUID().toString();
    try (Node north = Node.start(members, 0);
        Node east = Node.start(members, 1);
        Node south = Node.start(members, 2)) {
      String way = north.send(parcel, destination);

      assertThat(way).isEqualTo(List.of("1 2 0", "1", "1 2").get(destination));
      assertThat(List.of(north.has(parcel), east.has(parcel), south.has(parcel)).indexOf(true))
          .isEqualTo(destination);
    }
  }
}
