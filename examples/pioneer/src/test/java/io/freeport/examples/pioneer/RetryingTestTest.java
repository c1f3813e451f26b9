package io.freeport.examples.pioneer;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junitpioneer.jupiter.RetryingTest;

class RetryingTestTest {

  private static final List<Integer> ATTEMPTS = new ArrayList<>();

  /** Each attempt has a port that can be listened on, whatever the one before has left behind. */
  @RetryingTest(3)
  void eachAttemptCanListenOnItsPort(@FreePort("flaky") int port) throws Exception {
    ATTEMPTS.add(port);
    try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(ATTEMPTS).as("attempts, of which the third passes").hasSize(3);
    }
  }
}
