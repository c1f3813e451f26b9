package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freeport.internal.handoff.HandoffProbe;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class SharedHandoffTest extends HandoffContract {

  SharedHandoffTest() {
    super(HandoffMode.SHARED);
  }

  @Test
  void linuxIsCapableOfIt() {
    assertThat(HandoffProbe.modeOfThisMachine()).isEqualTo(HandoffMode.SHARED);
  }

  @Test
  void anOfferedPortIsStillHeld() {
    port.offer();
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> bindExclusively(new InetSocketAddress(port.number())));
  }

  @Test
  void aKeptPortIsHeldBesideItsConsumerAndWhileThatIsDown() throws IOException {
    HeldPort kept = allocator.hold(PortRequest.named("db").keep().build());
    InetSocketAddress here = new InetSocketAddress(LOOPBACK, kept.number());
    kept.offer();
    for (int start = 0; start < 2; start++) {
      try (ServerSocket server = listen(here)) {
        assertThat(kept.confirm()).isTrue();
        assertThat(server.isBound()).isTrue();
      }
      assertThatExceptionOfType(BindException.class)
          .as("while its consumer is down")
          .isThrownBy(() -> bindExclusively(here));
    }
    kept.reclaim();
    assertThat(kept.state()).isEqualTo(PortState.HELD);
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> listen(here));
  }

  /** A stranger who lets go of the port while we try to have it back would take it again. */
  @Test
  void aKeptPortIsClosedToOthersWhileItIsReclaimed() throws IOException {
    HeldPort kept = allocator.hold(PortRequest.named("db").keep().build());
    InetSocketAddress here = new InetSocketAddress(LOOPBACK, kept.number());
    kept.offer();
    ServerSocket stranger = listen(here);
    assertThat(kept.confirm()).isTrue();
    assertThat(kept.life().reclaim()).isFalse();
    stranger.close();
    assertThatExceptionOfType(BindException.class).isThrownBy(() -> listen(here));
    assertThat(kept.life().reclaim()).isTrue();
    assertThat(kept.state()).isEqualTo(PortState.HELD);
  }

  /** The server that made it fail may be a consumer that stops and starts by itself. */
  @Test
  void aKeptPortIsOpenAgainAfterItCouldNotBeReclaimed() throws IOException {
    HeldPort kept = allocator.hold(PortRequest.named("db").keep().build());
    InetSocketAddress here = new InetSocketAddress(LOOPBACK, kept.number());
    kept.offer();
    try (ServerSocket server = listen(here)) {
      assertThat(kept.confirm()).isTrue();
      assertThatExceptionOfType(PortUnavailableException.class).isThrownBy(kept::reclaim);
      assertThat(server.isBound()).isTrue();
    }
    listen(here).close();
  }
}
