package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseThenBindHandoffTest extends HandoffContract {

  CloseThenBindHandoffTest() {
    super(HandoffMode.CLOSE_THEN_BIND);
  }

  @Test
  void anOfferedPortIsNobodysForAMoment() {
    port.offer();
    assertThatNoException().isThrownBy(() -> bindExclusively(new InetSocketAddress(port.number())));
  }

  @Test
  void aPortThatIsLostInThatMomentIsReplaced() throws IOException {
    List<ServerSocket> thieves = new ArrayList<>();
    StartedConsumer<ServerSocket> started =
        allocator.startOn(
            PortRequest.named("db").build(),
            held -> {
              if (thieves.size() < 2) {
                thieves.add(listen(held.socketAddress()));
              }
              return listen(held.socketAddress());
            });
    assertThat(thieves)
        .extracting(ServerSocket::getLocalPort)
        .doesNotContain(started.port().number());
    assertThat(started.port().state()).isEqualTo(PortState.TAKEN);
    assertThat(events)
        .extracting(PortEvent::type)
        .filteredOn(type -> type == PortEvent.Type.STOLEN)
        .hasSize(2);
    started.consumer().close();
    closeAll(thieves);
  }

  @Test
  void theNumberOfReplacementsIsBounded() throws IOException {
    List<ServerSocket> thieves = new ArrayList<>();
    try (PortAllocator impatient =
        PortAllocator.builder()
            .handoff(HandoffMode.CLOSE_THEN_BIND)
            .retries(3)
            .listener(events::add)
            .build()) {
      assertThatExceptionOfType(BindException.class)
          .isThrownBy(
              () ->
                  impatient.startOn(
                      PortRequest.any(),
                      held -> {
                        thieves.add(listen(held.socketAddress()));
                        return listen(held.socketAddress());
                      }));
    }
    assertThat(thieves).extracting(ServerSocket::getLocalPort).doesNotHaveDuplicates().hasSize(4);
    assertThat(events).filteredOn(event -> event.type() == PortEvent.Type.STOLEN).hasSize(4);
    closeAll(thieves);
  }

  private static void closeAll(List<ServerSocket> sockets) throws IOException {
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }
}
