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
}
