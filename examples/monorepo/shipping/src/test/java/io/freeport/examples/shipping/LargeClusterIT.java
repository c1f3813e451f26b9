package io.freeport.examples.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;

class LargeClusterIT {

  private final List<Node> nodes = new ArrayList<>();

  @BeforeEach
  void start(@FreePort int a, @FreePort int b, @FreePort int c, @FreePort int d, @FreePort int e)
      throws Exception {
    List<Integer> members = List.of(a, b, c, d, e);
    for (int self = 0; self < members.size(); self++) {
      nodes.add(Node.start(members, self));
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (Node node : nodes) {
      node.close();
    }
  }

  @RepeatedTest(10)
  void aParcelGoesAllTheWayRound() throws Exception {
    assertThat(nodes.get(3).send("parcel", 2)).isEqualTo("4 0 1 2");
  }
}
