package io.freeport.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import io.freeport.HeldPort;
import io.freeport.junit5.FreePort;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** What a server does that helps itself to another number when somebody has its port. */
class HazelcastTest {

  @Test
  void itTakesTheNextNumberIfSomebodyListens(@FreePort HeldPort port) throws Exception {
    try (ServerSocket somebody = port.serverSocket()) {
      assertThat(numberOfMember(somebody.getLocalPort())).isGreaterThan(port.number());
    }
  }

  @Test
  void itTakesTheNextNumberIfThePortIsNotOffered(@FreePort HeldPort port) {
    assertThat(numberOfMember(port.number())).isGreaterThan(port.number());
  }

  /** The control of the test above. */
  @Test
  void itKeepsItsNumberIfThePortIsOffered(@FreePort HeldPort port) {
    port.offer();
    assertThat(numberOfMember(port.number())).isEqualTo(port.number());
  }

  private static int numberOfMember(int port) {
    HazelcastInstance member = JavaServers.hazelcast(port, network -> {});
    try {
      return member.getCluster().getLocalMember().getAddress().getPort();
    } finally {
      member.getLifecycleService().terminate();
    }
  }

  @Test
  void itFailsIfItIsToldToKeepItsNumber(@FreePort HeldPort port) throws Exception {
    try (ServerSocket somebody = port.serverSocket()) {
      assertThatThrownBy(
              () ->
                  JavaServers.hazelcast(
                      somebody.getLocalPort(), network -> network.setPortAutoIncrement(false)))
          .isInstanceOf(HazelcastException.class)
          .hasMessageContaining(String.valueOf(port.number()));
    }
  }
}
