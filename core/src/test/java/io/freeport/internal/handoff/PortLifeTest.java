package io.freeport.internal.handoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freeport.HandoffMode;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.search.FoundPort;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of transitions, gone through with real sockets. */
class PortLifeTest {

  private final PortLife port;
  private final List<ServerSocket> servers = new ArrayList<>();

  PortLifeTest() throws IOException {
    OwnerRegistry registry = OwnerRegistry.of(Settings.ofThisJvm());
    PortRequest request = PortRequest.named("web").build();
    FoundPort found = hold(request);
    port = PortLife.begin(request, List.of(found), HandoffMode.SHARED, registry).get(0);
  }

  private static FoundPort hold(PortRequest request) throws IOException {
    OwnerRegistry registry = OwnerRegistry.of(Settings.ofThisJvm());
    for (int number = 24_000; ; number++) {
      try {
        Hold hold = Hold.exclusive(request.protocol(), null, number);
        return FoundPort.enter(registry, request, number, PortTier.ANY, hold, PortState.HELD);
      } catch (BindException taken) {
        // the next one
      }
    }
  }

  @AfterEach
  void release() throws IOException {
    port.release();
    for (ServerSocket server : servers) {
      server.close();
    }
  }

  /** Returns the consumer, if there is one in that state. */
  private AutoCloseable bringTo(PortState state) throws IOException {
    AutoCloseable consumer = () -> {};
    if (state == PortState.OFFERED || state == PortState.TAKEN) {
      port.offer(null);
    }
    if (state == PortState.TAKEN) {
      consumer = new ServerSocket(port.number());
      assertThat(port.confirm()).isEqualTo(PortState.OFFERED);
    }
    if (state == PortState.RELEASED) {
      assertThat(port.release()).isTrue();
    }
    assertThat(port.state()).isEqualTo(state);
    return consumer;
  }

  private void act(PortLife.Action action) throws IOException {
    switch (action) {
      case OFFER -> port.offer(null);
      case CONFIRM -> port.confirm();
      case RECLAIM -> port.reclaim();
      case EXCHANGE -> {
        port.requireExchangeable();
        port.adopt(hold(port.request()));
      }
      case RELEASE -> port.release();
      case LISTEN -> {
        ServerSocket server = new ServerSocket();
        servers.add(server);
        port.listen(server::bind);
      }
      case RESTORE -> port.restoreHold();
    }
  }

  /** Nobody listens, but for the consumer of a port that is taken. */
  @ParameterizedTest
  @CsvSource({
    "OFFER,    OFFERED,  OFFERED,  TAKEN,    REFUSED",
    "CONFIRM,  REFUSED,  OFFERED,  TAKEN,    REFUSED",
    "RECLAIM,  REFUSED,  REFUSED,  TAKEN,    REFUSED",
    "EXCHANGE, HELD,     HELD,     HELD,     REFUSED",
    "RELEASE,  RELEASED, RELEASED, RELEASED, RELEASED",
    "LISTEN,   TAKEN,    TAKEN,    TAKEN,    REFUSED",
    "RESTORE,  HELD,     HELD,     TAKEN,    RELEASED"
  })
  void eachActionInEachState(
      PortLife.Action action, String held, String offered, String taken, String released)
      throws Exception {
    for (PortState before : PortState.values()) {
      String expected =
          switch (before) {
            case HELD -> held;
            case OFFERED -> offered;
            case TAKEN -> taken;
            case RELEASED -> released;
          };
      PortLifeTest fresh = new PortLifeTest();
      try (AutoCloseable consumer = fresh.bringTo(before)) {
        assertThat(consumer).isNotNull();
        if (expected.equals("REFUSED")) {
          assertThat(action.from(before)).isEmpty();
          assertThatIllegalStateException().isThrownBy(() -> fresh.act(action));
          assertThat(fresh.port.state()).isEqualTo(before);
        } else {
          fresh.act(action);
          assertThat(fresh.port.state()).as("%s from %s", action, before).hasToString(expected);
          assertThat(action.from(before)).contains(fresh.port.state());
        }
      } finally {
        fresh.release();
      }
    }
  }

  /** A server that asks for the number with SO_REUSEADDR gets a port whose hold is open. */
  @Test
  void nobodyGetsAPortWhoseConsumerIsAboutToStop() throws Exception {
    AutoCloseable consumer = bringToTakenBesideTheHold();
    assertThat(port.takeBackIfUnused()).isNull();
    assertThat(port.state()).isEqualTo(PortState.TAKEN);
    consumer.close();
    assertThatThrownBy(() -> new ServerSocket(port.number()).close())
        .isInstanceOf(BindException.class);
    assertThat(port.takeBackIfUnused()).isEqualTo(PortState.TAKEN);
    assertThat(port.takeBackIfUnused()).isEqualTo(PortState.HELD);
    port.offer(null);
    new ServerSocket(port.number()).close();
  }

  @Test
  void aConsumerThatDidNotStopFindsThePortAsItWas() throws Exception {
    AutoCloseable consumer = bringToTakenBesideTheHold();
    assertThat(port.takeBackIfUnused()).isNull();
    port.reopen();
    consumer.close();
    new ServerSocket(port.number()).close();
  }

  @Test
  void anOfferedPortIsClosedAndOpenedInTheSameWay() throws Exception {
    bringTo(PortState.OFFERED);
    try (ServerSocket consumer = new ServerSocket(port.number())) {
      assertThat(port.takeBackIfUnused()).isNull();
      consumer.close();
      assertThatThrownBy(() -> new ServerSocket(port.number()).close())
          .isInstanceOf(BindException.class);
      port.reopen();
    }
    new ServerSocket(port.number()).close();
    assertThat(port.takeBackIfUnused()).isEqualTo(PortState.OFFERED);
    assertThat(port.state()).isEqualTo(PortState.HELD);
    port.reopen(); // opens nothing that was not open
    assertThatThrownBy(() -> new ServerSocket(port.number()).close())
        .isInstanceOf(BindException.class);
    port.release();
    assertThat(port.takeBackIfUnused()).isEqualTo(PortState.RELEASED);
  }

  private AutoCloseable bringToTakenBesideTheHold() throws IOException {
    port.retainHold();
    return bringTo(PortState.TAKEN);
  }

  @ParameterizedTest
  @EnumSource(
      value = PortLife.Action.class,
      names = {"OFFER", "RECLAIM"})
  void aPortWhoseConsumerHasStoppedIsTakenBack(PortLife.Action action) throws Exception {
    bringTo(PortState.TAKEN).close();
    act(action);
    assertThat(port.state())
        .isEqualTo(action == PortLife.Action.OFFER ? PortState.OFFERED : PortState.HELD);
  }
}
