package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.Protocol;
import io.freeport.StartedConsumer;
import io.freeport.junit5.FreePort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can be asked for without JUnit. The pages in {@code docs} take their code from here. */
class PortRequestsTest {

  private final PortAllocator allocator = PortAllocator.create();

  @AfterEach
  void releaseAll() {
    allocator.close();
  }

  @Test
  void preferredPorts() {
    HeldPort web =
        allocator.hold(
            PortRequest.named("web").preferred(18080, 18081).fallback(18090, 18100).build());

    boolean preferred = web.number() == 18080 || web.number() == 18081;
    assertThat(web.tier() == PortTier.PREFERRED).isEqualTo(preferred);
  }

  @Test
  void aBlock() {
    List<HeldPort> passive =
        allocator.holdAll(
            PortRequest.named("ftp-passive").count(10).contiguous().range(21000, 21999).build());

    assertThat(passive.get(9).number()).isEqualTo(passive.get(0).number() + 9);
  }

  @Test
  void portsThatBelongTogether() {
    HeldPort redis = allocator.hold(PortRequest.named("redis").alsoAt(10000).build());

    assertThat(redis.companions().get(0).number()).isEqualTo(redis.number() + 10000);
  }

  @Test
  void aServerThatAcceptsASocket(@FreePort HeldPort port) throws IOException {
    try (ServerSocket server = port.serverSocket()) {
      assertThat(server.getLocalPort()).isEqualTo(port.number());
    }
  }

  @Test
  void aServerThatCannotShare() throws IOException {
    HeldPort port =
        allocator.hold(PortRequest.named("mina").handoff(HandoffMode.CLOSE_THEN_BIND).build());
    port.offer();
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(false);
      server.bind(port.socketAddress());
      assertThat(port.confirm()).isTrue();
    }
  }

  @Test
  void aPortThatIsWaitedFor() {
    PortRequest device =
        PortRequest.named("device").range(22700, 22703).queue(Duration.ofSeconds(30)).build();
    try (HeldPort port = allocator.hold(device)) {
      assertThat(port.number()).isBetween(22700, 22703);
    }
  }

  @Test
  void aServerOnAnyMachine() throws IOException {
    StartedConsumer<GreetingServer> started =
        allocator.startOn(
            PortRequest.named("greetings").build(), port -> GreetingServer.start(port.number()));

    assertThat(started.port().state()).isEqualTo(PortState.TAKEN);
    started.consumer().close();
    started.port().close();
    assertThat(started.port().state()).isEqualTo(PortState.RELEASED);
  }

  @Test
  void udp() throws IOException {
    PortRequest dns = PortRequest.named("dns").protocol(Protocol.TCP_AND_UDP).build();
    try (HeldPort port = allocator.hold(dns)) {
      port.offer();
      try (DatagramSocket server = new DatagramSocket(port.number())) {
        assertThat(server.getLocalPort()).isEqualTo(port.number());
      }
    }
  }

  @Test
  void aPortThatIsKept() throws IOException {
    try (HeldPort port = allocator.hold(PortRequest.named("db").keep().build())) {
      port.offer();
      for (int restart = 0; restart < 3; restart++) {
        try (GreetingServer server = GreetingServer.start(port.number())) {
          assertThat(port.confirm()).isTrue();
        }
        // while it is down, nobody gets the port without SO_REUSEADDR
      }
    }
  }
}
