package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.testing.ChildJvm;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Machines that are not as usual: JVMs of their own, with limits, without IPv6, in network
 * namespaces.
 */
@EnabledOnOs(OS.LINUX)
class LimitsTest {

  @Test
  void tooFewDescriptorsIsAClearErrorAndNothingIsLost() throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            List.of("sh", "-c", "ulimit -n 1024; exec \"$@\"", "sh"),
            List.of(),
            ChildJvm.classPath(),
            HoldsTwoThousand.class)) {
      List<String> lines = child.readToEnd();
      assertThat(child.waitFor()).isZero();
      assertThat(lines.get(0))
          .isEqualTo("The operating system gives no socket for a TCP port: Too many open files.");
      assertThat(lines)
          .contains("  - Raise the limit of open files (ulimit -n); each held port needs one.")
          .anyMatch(
              line ->
                  line.matches(
                      "  - Release some of the \\d{3,4} ports that this allocator holds\\."))
          .endsWith("still held: true", "all released: true", "and held again: true");
    }
  }

  @Test
  void withoutIpv6InTheJvm() throws Exception {
    try (ChildJvm child =
        ChildJvm.start(Map.of(), List.of("-Djava.net.preferIPv4Stack=true"), HandsOver.class)) {
      assertThat(child.readToEnd())
          .containsExactly("held against 127.0.0.1 0.0.0.0", "SHARED TAKEN");
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void withoutIpv6InTheKernel() throws Exception {
    inNamespace(
        "sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
        "held against 127.0.0.1 0.0.0.0",
        "SHARED TAKEN");
  }

  @Test
  void aNarrowedEphemeralRangeIsKeptClearOf() throws Exception {
    try (ChildJvm child =
        namespace("sysctl -qw net.ipv4.ip_local_port_range='10100 65000'", ShowsPorts.class)) {
      assertThat(child.readToEnd())
          .allSatisfy(line -> assertThat(outside(line, 10100, 65000)).isTrue());
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void anEphemeralRangeThatLeavesNoRoomIsAClearError() throws Exception {
    try (ChildJvm child =
        namespace("sysctl -qw net.ipv4.ip_local_port_range='1024 65535'", ShowsPorts.class)) {
      assertThat(child.readToEnd())
          .startsWith(
              "No 50 TCP ports can be had. Tried: no ports at all (any).",
              "What to do:",
              "  - Narrow the ephemeral range (net.ipv4.ip_local_port_range is 1024-65535), or ask for a range of ports.");
    }
  }

  @Test
  void reservedPortsAreKeptClearOf() throws Exception {
    try (ChildJvm child =
        namespace(
            "sysctl -qw net.ipv4.ip_local_reserved_ports=10000-20000,20002-32767",
            ShowsPorts.class)) {
      assertThat(child.readToEnd())
          .allSatisfy(line -> assertThat(outside(line, 20002, 60999)).isTrue());
    }
  }

  private static boolean outside(String line, int first, int last) {
    int port = Integer.parseInt(line);
    return port < first || port > last;
  }

  private static void inNamespace(String setting, String... expected) throws Exception {
    try (ChildJvm child = namespace(setting, HandsOver.class)) {
      assertThat(child.readToEnd()).containsExactly(expected);
      assertThat(child.waitFor()).isZero();
    }
  }

  /** A network namespace has settings of its own; making one needs root. */
  private static ChildJvm namespace(String setting, Class<?> main) throws Exception {
    Process attempt =
        new ProcessBuilder("unshare", "-n", "sh", "-c", "ip link set lo up && " + setting).start();
    String complaint =
        new String(
            attempt.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    Assumptions.assumeTrue(
        attempt.waitFor() == 0, () -> "cannot make a network namespace: " + complaint);
    return ChildJvm.start(
        Map.of(),
        List.of(
            "unshare", "-n", "sh", "-c", "ip link set lo up; " + setting + "; exec \"$@\"", "sh"),
        List.of(),
        ChildJvm.classPath(),
        main);
  }

  static final class HoldsTwoThousand {
    private HoldsTwoThousand() {}

    public static void main(String[] args) {
      List<HeldPort> ports = new ArrayList<>();
      try (PortAllocator allocator = PortAllocator.create()) {
        String message = "none";
        try {
          for (int i = 0; i < 2_000; i++) {
            HeldPort port = allocator.hold();
            ports.add(port);
            if (i % 2 == 0) {
              port.offer(); // then its release looks for a leak, with a socket that is not to be
              // had
            }
          }
        } catch (PortUnavailableException e) {
          message = String.valueOf(e.getMessage());
        }
        boolean stillHeld = ports.stream().noneMatch(port -> port.state() == PortState.RELEASED);
        allocator.close();
        System.out.println(message);
        System.out.println("still held: " + stillHeld);
        System.out.println(
            "all released: " + ports.stream().allMatch(port -> port.state() == PortState.RELEASED));
      }
      try (PortAllocator allocator = PortAllocator.create()) {
        System.out.println("and held again: " + (allocator.holdAll(900).size() == 900));
      }
    }
  }

  static final class HandsOver {
    private HandsOver() {}

    public static void main(String[] args) throws Exception {
      try (PortAllocator allocator = PortAllocator.create()) {
        HeldPort port = allocator.hold();
        StringBuilder held = new StringBuilder("held against");
        for (String address : List.of("127.0.0.1", "0.0.0.0")) {
          try {
            new ServerSocket(port.number(), 1, InetAddress.getAllByName(address)[0]).close();
          } catch (BindException taken) {
            held.append(' ').append(address);
          }
        }
        System.out.println(held);
        port.offer();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
          server.bind(
              new InetSocketAddress(InetAddress.getAllByName("127.0.0.1")[0], port.number()));
          port.confirm();
          System.out.println(allocator.handoffMode() + " " + port.state());
        }
      }
    }
  }

  static final class ShowsPorts {
    private ShowsPorts() {}

    public static void main(String[] args) {
      try (PortAllocator allocator = PortAllocator.create()) {
        allocator.holdAll(50).forEach(port -> System.out.println(port.number()));
      } catch (PortUnavailableException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
