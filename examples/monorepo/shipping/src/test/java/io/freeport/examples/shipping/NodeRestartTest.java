package io.freeport.examples.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freeport.junit5.FreePort;
import java.net.ConnectException;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;

class NodeRestartTest {

  @FreePort private int first;
  @FreePort private int second;

  @RepeatedTest(100)
  void aNodeComesBackAtItsPlace() throws Exception {
    List<Integer> members = List.of(first, second);
    try (Node node = Node.start(members, 0)) {
      // Nobody else is there either: a hold refuses connections.
      assertThatThrownBy(() -> node.send("early", 1)).isInstanceOf(ConnectException.class);
      for (int start = 0; start < 2; start++) {
        try (Node other = Node.start(members, 1)) {
          assertThat(node.send("parcel", 1)).isEqualTo("1");
          assertThat(other.has("parcel")).isTrue();
        }
      }
    }
  }
}
