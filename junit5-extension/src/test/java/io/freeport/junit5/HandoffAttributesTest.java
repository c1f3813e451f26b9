package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortState;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EventConditions;
import org.junit.platform.testkit.engine.TestExecutionResultConditions;

/** How a port is handed over, and the ports that belong to it. */
class HandoffAttributesTest {

  private static void listenWithoutReuse(int port) throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(false);
      server.bind(new InetSocketAddress(port));
    }
  }

  @Test
  void aServerWithoutReuseAddressFailsBesideTheHold(@FreePort int port) {
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> listenWithoutReuse(port));
  }

  @Test
  void theAttributeLetsItListen(@FreePort(handoff = HandoffMode.CLOSE_THEN_BIND) int port)
      throws IOException {
    listenWithoutReuse(port);
  }

  @Test
  void startFindsOutByItself(@FreePort HeldPort port) throws IOException {
    try (ServerSocket server =
        port.start(
            number -> {
              ServerSocket unshared = new ServerSocket();
              unshared.setReuseAddress(false);
              unshared.bind(new InetSocketAddress(number));
              return unshared;
            })) {
      assertThat(server.getLocalPort()).isEqualTo(port.number());
      assertThat(port.state()).isEqualTo(PortState.TAKEN);
    }
  }

  @Test
  void furtherPortsAreOfferedToo(@FreePort(value = "redis", alsoAt = 1000) int port)
      throws IOException {
    new ServerSocket(port).close();
    new ServerSocket(port + 1000).close();
    assertThatExceptionOfType(BindException.class)
        .as("the bus port is held")
        .isThrownBy(() -> listenWithoutReuse(port + 1000));
  }

  @Test
  void furtherPortsAreCompanions(@FreePort(alsoAt = {10, -10}) HeldPort port) {
    assertThat(port.companions())
        .extracting(HeldPort::number)
        .containsExactly(port.number() + 10, port.number() - 10);
  }

  static class Pinned {
    static final List<Integer> NUMBERS = new CopyOnWriteArrayList<>();

    @RepeatedTest(3)
    @Execution(ExecutionMode.CONCURRENT)
    void test(@FreePort("web") int port) throws IOException {
      NUMBERS.add(port);
      new ServerSocket(port).close();
    }
  }

  /** Tests that run in parallel take turns. */
  @Test
  void aPinnedNumberIsThatOfAllTests(@FreePort HeldPort any) {
    int number = any.number();
    any.close();
    EngineTestKit.engine("junit-jupiter")
        .selectors(DiscoverySelectors.selectClass(Pinned.class))
        .configurationParameter("freeport.port.web", String.valueOf(number))
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
        .execute()
        .testEvents()
        .assertStatistics(events -> events.succeeded(3).failed(0));
    assertThat(Pinned.NUMBERS).hasSize(3).containsOnly(number);
  }

  static class TwoModes {
    @Test
    void test(@FreePort(handoff = {HandoffMode.SHARED, HandoffMode.CLOSE_THEN_BIND}) int port) {
      assertThat(port).isPositive();
    }
  }

  @Test
  void twoModesAreAnError() {
    EngineTestKit.engine("junit-jupiter")
        .selectors(DiscoverySelectors.selectClass(TwoModes.class))
        .execute()
        .testEvents()
        .assertThatEvents()
        .haveExactly(
            1,
            EventConditions.event(
                EventConditions.finishedWithFailure(
                    TestExecutionResultConditions.message(
                        message ->
                            message.contains(
                                "There are 2 handoff modes. Expected one, or none.")))));
  }
}
