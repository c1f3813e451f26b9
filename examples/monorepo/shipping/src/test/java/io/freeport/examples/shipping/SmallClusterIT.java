package io.freeport.examples.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;

class SmallClusterIT {

  @RepeatedTest(10)
  void aNodeAloneSendsToItself(@FreePort int port) throws Exception {
    try (Node node = Node.start(List.of(port), 0)) {
      assertThat(node.send("parcel", 0)).isEqualTo("0");
      assertThat(node.has("parcel")).isTrue();
    }
  }
}
