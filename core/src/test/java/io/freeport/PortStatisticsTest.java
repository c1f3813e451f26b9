package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PortStatisticsTest {

  /** Other tests of this JVM may count at the same time. */
  @Test
  void portsOfEveryAllocatorAreCounted() {
    PortStatistics statistics = PortStatistics.ofThisJvm();
    long held = statistics.count(PortEvent.Type.HELD);
    long offered = statistics.count(PortEvent.Type.OFFERED);
    long released = statistics.count(PortEvent.Type.RELEASED);
    try (PortAllocator one = PortAllocator.create();
        PortAllocator other = PortAllocator.create()) {
      one.hold().offer();
      other.holdAll(2);
    }
    assertThat(statistics.count(PortEvent.Type.HELD)).isGreaterThanOrEqualTo(held + 3);
    assertThat(statistics.count(PortEvent.Type.OFFERED)).isGreaterThanOrEqualTo(offered + 1);
    assertThat(statistics.count(PortEvent.Type.RELEASED)).isGreaterThanOrEqualTo(released + 3);
  }
}
