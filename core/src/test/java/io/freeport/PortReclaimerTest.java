package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.PortReclaimer;
import io.freeport.testing.Warnings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PortReclaimerTest {

  @Test
  void aRequestIsTriedOnceMoreAfterSomethingWasFreed() throws IOException {
    try (ServerSocket stale = listen();
        PortAllocator allocator = PortAllocator.create()) {
      int port = stale.getLocalPort();
      StalePorts.STALE.put(port, stale);
      assertThat(allocator.hold(PortRequest.named("db").preferred(port).strict().build()).number())
          .isEqualTo(port);
      assertThat(stale.isClosed()).isTrue();
    }
  }

  @Test
  void aBlockIsAskedForAsAWhole() throws IOException {
    try (PortAllocator allocator = PortAllocator.create()) {
      int first =
          allocator.holdAll(PortRequest.named("").count(3).contiguous().build()).get(0).number();
      allocator.close();
      ServerSocket stale = new ServerSocket();
      stale.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), first + 1));
      StalePorts.STALE.put(first + 1, stale);
      try (PortAllocator other = PortAllocator.create()) {
        assertThat(
                other.holdAll(
                    PortRequest.named("block")
                        .range(first, first + 2)
                        .count(3)
                        .contiguous()
                        .build()))
            .extracting(HeldPort::number)
            .containsExactly(first, first + 1, first + 2);
      }
    }
  }

  @Test
  void whereNothingIsFreedTheRequestFailsAsEver() throws IOException {
    try (ServerSocket foreign = listen();
        PortAllocator allocator = PortAllocator.create()) {
      PortRequest request =
          PortRequest.named("db").preferred(foreign.getLocalPort()).strict().build();
      int before = StalePorts.CALLS.get();
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.hold(request));
      assertThat(StalePorts.CALLS.get() - before).isEqualTo(1);
    }
  }

  @Test
  void nobodyIsAskedWhereTheReaperIsOff() throws IOException {
    try (ServerSocket foreign = listen();
        PortAllocator allocator =
            PortAllocator.builder(Settings.ofThisJvm().with(SettingKeys.REAPER, "off")).build()) {
      PortRequest request =
          PortRequest.named("db").preferred(foreign.getLocalPort()).strict().build();
      int before = StalePorts.CALLS.get();
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.hold(request));
      assertThat(StalePorts.CALLS.get() - before).isZero();
    }
  }

  /** One that says so again and again is believed once. */
  @Test
  void oneThatFreesNothingAndSaysItDidIsAskedOnce() throws IOException {
    try (ServerSocket foreign = listen();
        PortAllocator allocator = PortAllocator.create()) {
      int port = foreign.getLocalPort();
      StalePorts.PRETENDED.add(port);
      int before = StalePorts.CALLS.get();
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(
              () -> allocator.hold(PortRequest.named("db").preferred(port).strict().build()));
      assertThat(StalePorts.CALLS.get() - before).isEqualTo(1);
    }
  }

  @Test
  void aReclaimerThatFailsDoesNotHideTheFailure() throws IOException {
    try (ServerSocket foreign = listen();
        PortAllocator allocator = PortAllocator.create();
        Warnings warnings = Warnings.record()) {
      int port = foreign.getLocalPort();
      StalePorts.FAILING.add(port);
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(
              () -> allocator.hold(PortRequest.named("db").preferred(port).strict().build()));
      assertThat(warnings.messages()).contains("Cannot reclaim ports from dead test runs");
    }
  }

  private static ServerSocket listen() throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return socket;
  }

  /** Takes sockets of this JVM for what a dead one left behind. */
  public static final class StalePorts implements PortReclaimer {

    static final ConcurrentHashMap<Integer, ServerSocket> STALE = new ConcurrentHashMap<>();
    static final Set<Integer> PRETENDED = ConcurrentHashMap.newKeySet();
    static final Set<Integer> FAILING = ConcurrentHashMap.newKeySet();
    static final AtomicInteger CALLS = new AtomicInteger();

    @Override
    public boolean reclaim(Set<Integer> ports) {
      CALLS.incrementAndGet();
      boolean any = false;
      for (int port : ports) {
        if (FAILING.contains(port)) {
          throw new IllegalStateException("as the test wants it");
        }
        any |= PRETENDED.contains(port);
        ServerSocket stale = STALE.remove(port);
        if (stale != null) {
          try {
            stale.close();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          any = true;
        }
      }
      return any;
    }
  }
}
