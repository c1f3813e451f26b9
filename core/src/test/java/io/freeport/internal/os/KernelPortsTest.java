package io.freeport.internal.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class KernelPortsTest {

  @TempDir Path settings;

  @Test
  void readsRangeAndReservedPorts() throws IOException {
    Files.writeString(settings.resolve("ip_local_port_range"), "20000\t30000\n");
    Files.writeString(settings.resolve("ip_local_reserved_ports"), "8080,9148-9150\n");

    KernelPorts ports = KernelPorts.read(settings);

    assertThat(ports.ephemeral()).isEqualTo(new PortRange(20000, 30000));
    assertThat(ports.reserved())
        .containsExactly(new PortRange(8080, 8080), new PortRange(9148, 9150));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void readsWhatTheRunningKernelSays() throws IOException {
    Process cat = new ProcessBuilder("cat", "/proc/sys/net/ipv4/ip_local_port_range").start();
    String[] ends = cat.inputReader().readLine().split("\\s+", -1);

    assertThat(KernelPorts.ofThisMachine().ephemeral())
        .isEqualTo(new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[1])));
  }

  @Test
  void nothingReserved() throws IOException {
    Files.writeString(settings.resolve("ip_local_port_range"), "32768\t60999\n");
    Files.writeString(settings.resolve("ip_local_reserved_ports"), "\n");

    assertThat(KernelPorts.read(settings).reserved()).isEmpty();
  }

  @Test
  void whereTheKernelTellsNothingLinuxsDefaultIsKeptClearOf() {
    KernelPorts ports = KernelPorts.read(settings.resolve("missing"));

    assertThat(ports.ephemeral()).isEqualTo(new PortRange(32768, 60999));
    assertThat(ports.reserved()).isEmpty();
  }
}
